//! The reference for people: one page, made once from the document, without scripts.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::Document;

const STYLE: &str = include_str!("reference.css");

/// The page.
#[must_use]
pub(super) fn reference(document: &Document) -> String {
    let json = document.json();
    let mut page = String::with_capacity(256 * 1024);
    let title = text(&json["info"]["title"]);
    page += &format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>{title}: HTTP reference</title><style>{STYLE}</style><nav><strong>{title}</strong>"
    );
    let tags: Vec<&str> =
        json["tags"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str()).collect();
    for tag in tags.iter().chain(&["Error codes", "Shapes"]) {
        page += &format!("<a href='#{}'>{}</a>", anchor(tag), escaped(tag));
    }
    page += &format!(
        "</nav><main><h1>HTTP reference</h1><p>{} Version {}. For programs: <a href='/openapi.json'>openapi.json</a>.",
        text(&json["info"]["description"]).replace('`', ""),
        text(&json["info"]["version"]),
    );
    for tag in tags {
        page += &format!("<h2 id='{}'>{}</h2>", anchor(tag), escaped(tag));
        for (path, item) in members(&json["paths"]) {
            for (method, operation) in members(item) {
                if operation["tags"][0] == tag && !is_old_spelling(operation) {
                    operation_card(&mut page, (method, path), operation, json);
                }
            }
        }
    }
    error_codes(&mut page, json);
    shapes(&mut page, json);
    page += "</main></html>\n";
    page
}

fn is_old_spelling(operation: &Value) -> bool {
    operation["x-spelling-of"].is_string()
}

fn operation_card(page: &mut String, (method, path): (&str, &str), operation: &Value, document: &Value) {
    let id = text(&operation["operationId"]);
    let old = if operation["deprecated"] == true { " (for clients of old)" } else { "" };
    *page += &format!(
        "<details id='{id}'><summary><b class={method}>{}</b><code>{}</code><span>{}{old}</span></summary><div>",
        method.to_ascii_uppercase(),
        escaped(path),
        text(&operation["summary"]),
    );
    let roles: Vec<&str> = operation["x-roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let who = if roles.is_empty() { "everybody".to_owned() } else { roles.join(", ") };
    *page += &format!("<p>For {who}.");
    let spellings: Vec<&str> = members(&document["paths"])
        .filter(|(_, item)| item[method]["x-spelling-of"] == path)
        .map(|(spelling, _)| spelling)
        .collect();
    if !spellings.is_empty() {
        *page += &format!("<p class=old>Also <code>{}</code>", spellings.join("</code>, <code>"));
    }
    parameters(page, operation);
    for (media_type, content) in members(&operation["requestBody"]["content"]) {
        *page += &format!("<h4>Body, {media_type}</h4>");
        schema_text(page, &content["schema"]);
    }
    for (status, answer) in members(&operation["responses"]) {
        for (media_type, content) in members(&answer["content"]) {
            *page += &format!("<h4>{status}, {}</h4>", escaped(media_type));
            let schema = &content["schema"];
            schema_text(
                page,
                if schema["anyOf"][0]["properties"]["data"].is_null() {
                    schema
                } else {
                    &schema["anyOf"][0]["properties"]["data"]
                },
            );
        }
    }
    *page += "</div></details>";
}

fn parameters(page: &mut String, operation: &Value) {
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if parameters.is_empty() {
        return;
    }
    *page += "<h4>Parameters</h4><table>";
    for parameter in parameters {
        let needed = if parameter["required"] == true { "needed" } else { "" };
        let _ = write!(
            page,
            "<tr><td><code>{}</code><td>{} {needed}<td>{}",
            text(&parameter["name"]),
            text(&parameter["in"]),
            text(&parameter["description"]).replace('`', "")
        );
    }
    *page += "</table>";
}

/// A schema in the words of its document, with links to the shapes it names.
fn schema_text(page: &mut String, schema: &Value) {
    let pretty = escaped(&serde_json::to_string_pretty(schema).unwrap_or_default());
    let mut linked = String::with_capacity(pretty.len());
    let mut rest = pretty.as_str();
    while let Some(at) = rest.find("#/components/schemas/") {
        let name_at = at + "#/components/schemas/".len();
        let end = rest[name_at..].find("&quot;").map_or(rest.len(), |end| name_at + end);
        let name = &rest[name_at..end];
        let _ = write!(linked, "{}<a href='#shape-{name}'>{name}</a>", &rest[..at]);
        rest = &rest[end..];
    }
    linked += rest;
    *page += &format!("<pre>{linked}</pre>");
}

fn error_codes(page: &mut String, document: &Value) {
    *page += "<h2 id=error-codes>Error codes</h2><table><tr><th>error<th>status<th>try again<th>meaning";
    for code in document["x-error-codes"].as_array().into_iter().flatten() {
        let _ = write!(
            page,
            "<tr><td><code>{}</code><td>{}<td>{}<td>{}",
            text(&code["code"]),
            code["status"],
            text(&code["retry"]),
            text(&code["meaning"])
        );
    }
    *page += "</table>";
}

fn shapes(page: &mut String, document: &Value) {
    *page += "<h2 id=shapes>Shapes</h2>";
    for (name, schema) in members(&document["components"]["schemas"]) {
        let about = text(&schema["description"]).replace('`', "");
        let _ =
            write!(page, "<details id='shape-{name}'><summary><code>{name}</code><span>{about}</span></summary><div>");
        schema_text(page, schema);
        *page += "</div></details>";
    }
}

fn members(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    object.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

fn anchor(tag: &str) -> String {
    tag.to_ascii_lowercase().replace(' ', "-")
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
