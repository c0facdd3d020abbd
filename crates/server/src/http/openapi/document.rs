//! Putting the document together.

use axum::http::Method;
use deskwire_model::{ErrorCode, Role};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::{Access, Description, Routes, description::Schemas, routes::Operation};

/// The statuses of refusals, each with its words. The domain's own come under 200.
const REFUSALS: [(u16, &str); 10] = [
    (401, "No valid token or credentials."),
    (403, "Not for this caller."),
    (404, "There is nothing here."),
    (405, "The path has other methods."),
    (409, "The same request is being answered."),
    (413, "Too large."),
    (422, "The idempotency key came with another request."),
    (429, "Too fast, or locked for a while."),
    (500, "The server's fault."),
    (503, "Busy: send it again."),
];

/// The OpenAPI document, and what can be asked of it.
#[derive(Clone, Debug)]
pub struct Document(Value);

/// `{"message", "code", "error", "data": false}`.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct Failure {
    /// Why, for people.
    message: String,
    /// 500 if the request is refused, -1 if the caller is, else the status.
    code: i32,
    /// Why, for programs.
    error: ErrorCode,
    /// Always false.
    #[schemars(extend("const" = false))]
    data: bool,
}

impl Document {
    /// What is said of `routes`, and of those of `others`, which are served apart.
    #[must_use]
    pub fn about<S, O>(routes: &Routes<S>, others: &Routes<O>) -> Self {
        Self::of(&[routes.operations(), others.operations()].concat())
    }

    /// The document as JSON.
    #[must_use]
    pub const fn json(&self) -> &Value {
        &self.0
    }

    fn of(operations: &[Operation]) -> Self {
        let mut schemas = Schemas::new();
        let mut paths = Map::new();
        for operation in operations {
            let described = describe(operation, &mut schemas);
            let mut put = |path: &str, described: Value| {
                let item = paths.entry(path.replace("{*", "{")).or_insert_with(|| json!({}));
                item[operation.method.as_str().to_ascii_lowercase()] = described;
            };
            for old in &operation.old_paths {
                let mut same = described.clone();
                same["operationId"] = spelling_id(&operation.method, old).into();
                same["deprecated"] = true.into();
                same["x-spelling-of"] = operation.path.into();
                same["description"] = format!("Another spelling of `{}`.", operation.path).into();
                put(old, same);
            }
            put(operation.path, described);
        }
        let mut definitions = schemas.into_definitions();
        let failure = schemars::generate::SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        definitions.insert("Failure".into(), failure.into_generator().into_root_schema_for::<Failure>().to_value());
        Self(json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Deskwire",
                "version": env!("CARGO_PKG_VERSION"),
                "summary": "Customer service over HTTP.",
                "description": INTRODUCTION,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "/"}],
            "tags": tags(operations),
            "paths": paths,
            "components": {
                "schemas": definitions,
                "responses": REFUSALS.map(|(status, words)| (name_of(status), refusal(status, words)))
                    .into_iter().collect::<Map<_, _>>(),
                "securitySchemes": security_schemes(),
            },
            "x-error-codes": ErrorCode::ALL.iter().map(|code| json!({
                "code": code.as_str(),
                "status": code.http_status(),
                "retry": code.retry().as_str(),
                "meaning": code.meaning(),
                "page": format!("docs/errors.md#{}", code.as_str()),
            })).collect::<Vec<_>>(),
        }))
    }
}

const INTRODUCTION: &str = "Answers come in an envelope, `{\"message\", \"code\", \"data\"}`. What the service desk refuses comes \
under HTTP 200 with another `code` than 200, `data: false` and the stable name of the reason in `error`; HTTP 401 and 403 \
mean that the caller is not let in. Every POST may carry `Idempotency-Key`: sent again under the same key it does what it \
does once and gets the first answer.";

fn describe(operation: &Operation, schemas: &mut Schemas) -> Value {
    let mut about = Description::new(schemas, operation.path);
    (operation.describe)(&mut about);
    let roles: Vec<&str> = match operation.roles {
        [] => about.access.roles().to_vec(),
        roles => roles.iter().copied().map(Role::as_str).collect(),
    };
    let mut responses: Map<String, Value> = Map::new();
    for (status, answer) in about.answers {
        responses.insert(status.to_string(), answer);
    }
    let is_post = operation.method == Method::POST;
    if about.can_fail {
        refuse_in_envelope(&mut responses);
        let is_secured = about.access != Access::Anyone;
        for (status, _) in REFUSALS {
            let may_be = match status {
                401 | 403 => is_secured || operation.path.starts_with("/auth/v1/login"),
                404 => operation.path.contains('{') || operation.path.contains("/upload/"),
                405 => false,
                409 | 413 | 422 => is_post,
                _ => true,
            };
            if may_be {
                responses
                    .insert(status.to_string(), json!({"$ref": format!("#/components/responses/{}", name_of(status))}));
            }
        }
    }
    let mut parameters = about.parameters;
    if is_post {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "schema": {"type": "string", "maxLength": 255},
            "description": "Names this request: sent again under the same key it does what it does once.",
        }));
    }
    let mut described = json!({
        "operationId": operation_id(&operation.method, operation.path),
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": parameters,
        "responses": responses,
        "security": about.access.requirements(),
        "x-roles": roles,
    });
    if let Some(body) = about.body {
        described["requestBody"] = body;
    }
    if operation.is_deprecated {
        described["deprecated"] = true.into();
    }
    described
}

/// What is answered in the envelope under 200 may be a refusal.
fn refuse_in_envelope(responses: &mut Map<String, Value>) {
    let failure = json!({"$ref": "#/components/schemas/Failure"});
    let Some(content) = responses.get_mut("200").and_then(|answer| answer["content"].as_object_mut()) else { return };
    let success = content.get("application/json").map(|json| json["schema"].clone());
    let schema = success.map_or_else(|| failure.clone(), |success| json!({"anyOf": [success, failure]}));
    content.insert("application/json".into(), json!({"schema": schema}));
}

fn refusal(status: u16, words: &str) -> Value {
    let codes: Vec<&str> =
        ErrorCode::ALL.iter().filter(|code| code.http_status() == status).map(|code| code.as_str()).collect();
    let mut refusal = json!({
        "description": words,
        "content": {"application/json": {"schema": {
            "allOf": [{"$ref": "#/components/schemas/Failure"}, {"properties": {"error": {"enum": codes}}}],
        }}},
    });
    if status == 429 {
        refusal["headers"] =
            json!({"Retry-After": {"description": "When to try again, in seconds.", "schema": {"type": "integer"}}});
    }
    refusal
}

fn name_of(status: u16) -> String {
    format!("Status{status}")
}

/// The method and the words of the path, without those that most paths have: `postVisitorThreadClose`.
fn operation_id(method: &Method, path: &str) -> String {
    named(method, words(path).filter(|word| !matches!(*word, "api" | "v1")))
}

/// An old spelling is named by all its words, so that it is not called as what it spells.
fn spelling_id(method: &Method, path: &str) -> String {
    format!("{}Spelling", named(method, words(path)))
}

fn words(path: &str) -> impl Iterator<Item = &str> {
    path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn named<'a>(method: &Method, words: impl Iterator<Item = &'a str>) -> String {
    let mut id = method.as_str().to_ascii_lowercase();
    for word in words {
        let (first, rest) = word.split_at(1);
        id.push_str(&first.to_ascii_uppercase());
        id.push_str(rest);
    }
    id
}

fn tags(operations: &[Operation]) -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for operation in operations {
        if !names.contains(&operation.tag) {
            names.push(operation.tag);
        }
    }
    names.into_iter().map(|name| json!({"name": name})).collect()
}

fn security_schemes() -> Value {
    json!({
        "bearer": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "The access token that a login or an introduction gives.",
        },
        "visitorUid": {
            "type": "apiKey", "in": "query", "name": "uid",
            "description": "The uid of a visitor, which only the visitor knows; in the body it is `uid`, `visitorUid` or `user.uid`.",
        },
        "basic": {"type": "http", "scheme": "basic", "description": "Name and secret of a service account."},
        "serviceKey": {
            "type": "apiKey", "in": "header", "name": "X-Service-Key",
            "description": "`name:secret` of a service account, where `Authorization` belongs to a proxy.",
        },
        "signedLink": {
            "type": "apiKey", "in": "query", "name": "access",
            "description": "The signature of a link to a file, which holds for a while.",
        },
    })
}
