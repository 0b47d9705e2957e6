//! Which form a client wants an answer in: content negotiation (RFC 9110, 12.5.1).

use crate::error::{ApiError, ErrorCode};
use axum::http::{HeaderMap, header};

/// A form of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// A JSON document.
    Json,
    /// An Arrow IPC stream.
    Arrow,
    /// A Parquet file.
    Parquet,
}

impl Form {
    /// Of equals, the first is taken.
    const ALL: [Self; 3] = [Self::Json, Self::Arrow, Self::Parquet];

    /// Its media type.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Arrow => "application/vnd.apache.arrow.stream",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// A range of media types and how much it is wanted, in thousandths.
struct Range {
    kind: String,
    weight: u16,
}

/// The form that `Accept` asks for; JSON without one.
///
/// # Errors
/// [`ErrorCode::NotAcceptable`].
pub(crate) fn form(headers: &HeaderMap) -> Result<Form, ApiError> {
    let given = headers.get_all(header::ACCEPT);
    let texts: Vec<&str> = given.iter().filter_map(|value| value.to_str().ok()).collect();
    if given.iter().next().is_none() || !texts.is_empty() && texts.iter().all(|text| text.trim().is_empty()) {
        return Ok(Form::Json);
    }
    let ranges: Vec<Range> = texts.iter().flat_map(|text| text.split(',')).filter_map(range).collect();
    let mut best: Option<(u16, Form)> = None;
    for form in Form::ALL {
        let weight = weight(&ranges, form.media_type());
        if weight > best.map_or(0, |(most, _)| most) {
            best = Some((weight, form));
        }
    }
    best.map(|(_, form)| form).ok_or_else(|| {
        let forms = Form::ALL.map(Form::media_type).join(", ");
        ApiError::new(ErrorCode::NotAcceptable, "there is no such form of it").advise(format!("accept one of {forms}"))
    })
}

/// The weight of the most specific range that a media type is in.
fn weight(ranges: &[Range], media_type: &str) -> u16 {
    let family = media_type.split_once('/').map_or("", |(family, _)| family);
    let family = format!("{family}/*");
    let of = |kind: &str| {
        let same = ranges.iter().filter(|range| range.kind == kind).map(|range| range.weight);
        same.max()
    };
    of(media_type).or_else(|| of(&family)).or_else(|| of("*/*")).unwrap_or(0)
}

/// `type/subtype;q=0.5`; other parameters do not matter here. `None` for what is no range.
fn range(text: &str) -> Option<Range> {
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next().filter(|kind| kind.contains('/'))?.to_ascii_lowercase();
    let mut weight = 1000;
    for part in parts {
        if let Some((name, value)) = part.split_once('=')
            && name.trim().eq_ignore_ascii_case("q")
        {
            weight = thousandths(value.trim())?;
        }
    }
    Some(Range { kind, weight })
}

/// `0`, `1`, or up to three digits behind the point.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, fraction) {
        ("0", fraction) => Some(fraction),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn asked(accept: &[&str]) -> Option<Form> {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, value.parse().unwrap());
        }
        form(&headers).ok()
    }

    #[test]
    fn json_is_what_is_answered_unless_something_else_is_asked_for() {
        for accept in [&[][..], &[""], &["*/*"], &["application/*"], &["text/html, */*;q=0.1"], &["APPLICATION/JSON"]] {
            assert_eq!(asked(accept), Some(Form::Json), "{accept:?}");
        }
        assert_eq!(asked(&["application/vnd.apache.parquet"]), Some(Form::Parquet));
        assert_eq!(asked(&["text/html", "application/vnd.apache.arrow.stream"]), Some(Form::Arrow));
    }

    #[test]
    fn weights_decide_and_the_most_specific_range_has_the_say() {
        assert_eq!(asked(&["application/json;q=0.5, application/vnd.apache.parquet;q=0.8"]), Some(Form::Parquet));
        assert_eq!(asked(&["application/json;q=0, */*"]), Some(Form::Arrow));
        assert_eq!(asked(&["application/json;q=0.1, application/*;q=0.9, */*;q=1"]), Some(Form::Arrow));
    }

    #[test]
    fn what_is_not_there_is_refused() {
        for accept in ["text/html", "*/*;q=0", "application/json;q=2", "json", "application/json;q=0.0001"] {
            assert_eq!(asked(&[accept]), None, "{accept}");
        }
    }
}
