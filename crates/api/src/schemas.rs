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
    generator.subschema_for::<crate::endpoints::TraceList>();
    generator.subschema_for::<crate::endpoints::SessionList<'static>>();
    generator.subschema_for::<crate::endpoints::OperationList>();
    generator.subschema_for::<crate::endpoints::RunList>();
    generator.subschema_for::<crate::endpoints::ReplayedList>();
    generator.subschema_for::<crate::endpoints::ReplayedOperation<'static>>();
    generator.subschema_for::<crate::endpoints::ReplayCauses<'static>>();
    generator.subschema_for::<replay::TwoRuns>();
    generator.subschema_for::<replay::timing::Timing>();
    generator.subschema_for::<replay::readiness::Readiness>();
    generator.subschema_for::<analysis::details::Document<'static>>();
    generator.subschema_for::<analysis::statistics::Document>();
    generator.subschema_for::<analysis::summary::TraceSummary<'static>>();
    generator.subschema_for::<analysis::filter::Listing>();
    generator.subschema_for::<analysis::timeline::Document>();
    generator.subschema_for::<replay::namespace::document::Document<'static>>();
    generator.take_definitions(true)
}
