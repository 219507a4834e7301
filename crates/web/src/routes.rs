//! One table: method, path, answer. Everything else is not found, whatever the method.
//!
//! Rules: DESIGN decision 22.
use crate::page::{self, Refresh};
use crate::security_headers;
use crate::view::{StatusSource, StatusView};
use crate::words::Language;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

const STYLE: &str = include_str!("../static/lacre.css");
const SEAL: &str = include_str!("../static/seal.svg");

/// The routes of the status page.
pub(crate) fn routes(source: StatusSource) -> Router {
    Router::new()
        .route("/", get(status).fallback(missing))
        .route("/status.json", get(json).fallback(missing))
        .route("/health", get(health).fallback(missing))
        .route("/lacre.css", get(style).fallback(missing))
        .route("/seal.svg", get(seal).fallback(missing))
        .fallback(missing)
        .with_state(source)
        .layer(map_response(security_headers::add))
}

fn language(query: Option<&str>, headers: &HeaderMap) -> Language {
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::choose(query, accept)
}

fn html(status: StatusCode, page: Result<String, askama::Error>, language: Language) -> Response {
    let head = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, language.tag()),
        (header::VARY, "Accept-Language"),
    ];
    match page {
        Ok(page) => (status, head, page).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn status(
    State(source): State<StatusSource>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let language = language(query.as_deref(), &headers);
    let refresh = query.as_deref().unwrap_or_default().split('&').any(|pair| pair == "refresh=5");
    html(StatusCode::OK, page::status(&source(), language, Refresh(refresh)), language)
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    #[serde(flatten)]
    status: StatusView,
}

async fn json(State(source): State<StatusSource>) -> Response {
    let document = Document { schema: "lacre.status/1", status: source() };
    match serde_json::to_string(&document) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn health() -> &'static str {
    "ok"
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

async fn seal() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml")], SEAL).into_response()
}

async fn missing(RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let language = language(query.as_deref(), &headers);
    html(StatusCode::NOT_FOUND, page::missing(language), language)
}
