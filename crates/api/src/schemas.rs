//! Schemas of what lower floors answer: they describe themselves, and know nothing of HTTP.

use crate::endpoints::{Execution, IngestAnswer, SetupAnswer};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// The schemas by name, as components of the document.
pub(crate) fn schemas() -> Map<String, Value> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = SchemaGenerator::new(settings.for_serialize());
    generator.subschema_for::<Execution>();
    generator.subschema_for::<IngestAnswer>();
    generator.subschema_for::<SetupAnswer>();
    generator.subschema_for::<replay::Report>();
    generator.subschema_for::<replay::validation::Validation>();
    generator.take_definitions(true)
}
