//! What every operation must say of itself.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Document;
use crate::http::{api, base_routes};

fn document() -> Document {
    Document::about(&base_routes().merge(api::routes()), &api::upload_routes())
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn operations(document: &Document) -> Vec<(String, &Value)> {
    let paths = members(&document.json()["paths"]);
    paths.flat_map(|(path, item)| members(item).map(move |(method, told)| (format!("{method} {path}"), told))).collect()
}

/// Whether the schema lets everything pass.
fn is_bare(schema: &Value) -> bool {
    schema == &Value::Bool(true) || schema.is_null() || schema.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Follows a reference within the document.
fn resolve<'a>(document: &'a Document, schema: &'a Value) -> &'a Value {
    schema["$ref"]
        .as_str()
        .map_or(schema, |name| document.json().pointer(name.trim_start_matches('#')).unwrap_or(&Value::Null))
}

#[test]
fn every_operation_says_what_it_takes_and_gives() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (name, told) in operations(&document) {
        assert!(ids.insert(told["operationId"].as_str().unwrap()), "{name}: two operations have this id");
        let summary = told["summary"].as_str().unwrap();
        assert!(summary.ends_with('.') && summary.starts_with(char::is_uppercase), "{name}: {summary}");
        let body = &told["requestBody"]["content"];
        for (kind, content) in members(body) {
            assert!(!is_bare(resolve(&document, &content["schema"])), "{name}: a {kind} body without a type");
        }
        let answer = &told["responses"]["200"]["content"];
        assert!(members(answer).next().is_some(), "{name}: no answer");
        for (kind, content) in members(answer) {
            let schema = &content["schema"];
            let data = &schema["anyOf"][0]["properties"]["data"];
            let schema = if data.is_null() { schema } else { data };
            assert!(!is_bare(resolve(&document, schema)), "{name}: a {kind} answer without a type");
        }
        for parameter in told["parameters"].as_array().unwrap() {
            assert!(!is_bare(&parameter["schema"]), "{name}: {parameter}");
        }
    }
    assert!(ids.len() > 100, "{}", ids.len());
}

#[test]
fn every_reference_leads_somewhere() {
    fn look(document: &Value, value: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(name)) = members.get("$ref") {
                    assert!(document.pointer(name.trim_start_matches('#')).is_some(), "{name}");
                }
                members.values().for_each(|value| look(document, value));
            }
            Value::Array(values) => values.iter().for_each(|value| look(document, value)),
            _ => {}
        }
    }
    let document = document();
    look(document.json(), document.json());
}

/// Two types of one name would be told apart by a number behind it, which moves when routes do.
#[test]
fn every_shape_has_a_name_of_its_own() {
    let document = document();
    for (name, _) in members(&document.json()["components"]["schemas"]) {
        assert!(!name.ends_with(|last: char| last.is_ascii_digit()), "{name}: give its type another name");
    }
}

#[test]
fn an_old_spelling_says_what_it_spells() {
    let document = document();
    for (name, told) in operations(&document).iter().filter(|(_, told)| told["x-spelling-of"].is_string()) {
        assert_eq!(told["deprecated"], true, "{name}");
        let main = &document.json()["paths"][told["x-spelling-of"].as_str().unwrap()];
        assert!(members(main).any(|(_, operation)| operation["summary"] == told["summary"]), "{name}");
    }
}

#[test]
fn the_reference_shows_every_operation_once() {
    let document = document();
    let page = super::reference(&document);
    for (name, told) in operations(&document) {
        let id = told["operationId"].as_str().unwrap();
        let shown = page.matches(&format!("<details id='{id}'>")).count();
        assert_eq!(shown, usize::from(told["x-spelling-of"].is_null()), "{name}");
    }
    assert!(!page.contains("<script") && !page.contains("src="), "it works without scripts and without other servers");
}
