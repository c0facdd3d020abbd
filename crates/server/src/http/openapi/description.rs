//! What a handler's types say of its operation.

use schemars::{
    JsonSchema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value, json};

/// Where the document keeps schemas that have a name.
const DEFINITIONS: &str = "/components/schemas";

/// Who may call an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    #[default]
    Anyone,
    /// A visitor: with a token, or by its uid, which only it knows.
    Visitor,
    /// Agents, supervisors and administrators, with a token.
    Staff,
    /// Programs.
    Service,
    /// Visitors and staff with a token, and programs.
    TokenOrService,
    /// Whoever has a signed link, or a token.
    LinkOrToken,
}

impl Access {
    /// The security requirements: one of them must be met.
    pub(super) fn requirements(self) -> Value {
        match self {
            Self::Anyone => json!([]),
            Self::Visitor => json!([{"bearer": []}, {"visitorUid": []}]),
            Self::Staff => json!([{"bearer": []}]),
            Self::Service => json!([{"basic": []}, {"serviceKey": []}]),
            Self::TokenOrService => json!([{"bearer": []}, {"basic": []}, {"serviceKey": []}]),
            Self::LinkOrToken => json!([{"signedLink": []}, {"bearer": []}]),
        }
    }

    /// The roles of those who may, if the operation does not say it more closely.
    pub(super) const fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Anyone => &[],
            Self::Visitor => &["VISITOR"],
            Self::Staff => &["AGENT", "SUPERVISOR", "ADMIN"],
            Self::Service => &["SERVICE"],
            Self::TokenOrService => &["VISITOR", "AGENT", "SUPERVISOR", "ADMIN", "SERVICE"],
            Self::LinkOrToken => &["VISITOR", "AGENT", "SUPERVISOR", "ADMIN"],
        }
    }
}

/// Makes schemas, once for what is read and once for what is answered: a member that may be missing in a request is there in
/// an answer.
#[derive(Debug)]
pub(super) struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let generator = |contract: Contract| {
            let settings = SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = DEFINITIONS.into();
                settings.meta_schema = None;
                settings.contract = contract;
            });
            settings.into_generator()
        };
        Self { requests: generator(Contract::Deserialize), answers: generator(Contract::Serialize) }
    }

    /// The schemas with names. A type that is both read and answered is shown as it is answered.
    pub(super) fn into_definitions(mut self) -> Map<String, Value> {
        let mut definitions = self.requests.take_definitions(true);
        definitions.extend(self.answers.take_definitions(true));
        definitions
    }
}

/// What is known of an operation from the types of its handler.
#[derive(Debug)]
pub struct Description<'a> {
    schemas: &'a mut Schemas,
    pub(super) access: Access,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) answers: Vec<(u16, Value)>,
    pub(super) is_named: bool,
    pub(super) can_fail: bool,
}

impl<'a> Description<'a> {
    /// Of the operation at `path`, whose parameters are text.
    pub(super) fn new(schemas: &'a mut Schemas, path: &str) -> Self {
        let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        let parameter = |name: &str| json!({"name": name.trim_start_matches('*'), "in": "path", "required": true, "schema": {"type": "string"}});
        Self {
            parameters: names.map(parameter).collect(),
            schemas,
            access: Access::Anyone,
            body: None,
            answers: Vec::new(),
            is_named: false,
            can_fail: false,
        }
    }

    /// Who may call it.
    pub fn access(&mut self, access: Access) {
        self.access = access;
    }

    /// It may be refused in the envelope.
    pub fn can_fail(&mut self) {
        self.can_fail = true;
    }

    /// It honours `Idempotency-Key` by naming what it makes.
    pub fn named_by_key(&mut self) {
        self.is_named = true;
    }

    /// The members of `T` are parameters behind the `?`. What is no plain value cannot be said there, and what is missing is
    /// not null there.
    pub fn query<T: JsonSchema>(&mut self) {
        let schema = T::json_schema(&mut self.schemas.requests).to_value();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            let mut schema = without_null(schema);
            if self.is_compound(&schema) {
                continue;
            }
            let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let mut parameter =
                json!({"name": name, "in": "query", "required": required.contains(&json!(name)), "schema": schema});
            if let Some(description) = description {
                parameter["description"] = description;
            }
            self.parameters.push(parameter);
        }
    }

    /// Whether values are objects or lists.
    fn is_compound(&self, schema: &Value) -> bool {
        let named = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next());
        match named.and_then(|name| self.schemas.requests.definitions().get(name)) {
            Some(definition) => self.is_compound(definition),
            None => schema["type"] == "object" || schema["type"] == "array",
        }
    }

    /// The body is `T` as JSON.
    pub fn json_body<T: JsonSchema>(&mut self) {
        let schema = self.schemas.requests.subschema_for::<T>();
        self.body = Some(json!({"required": true, "content": {"application/json": {"schema": schema}}}));
    }

    /// The body is a form in parts, as `T` has them.
    pub fn form_body<T: JsonSchema>(&mut self) {
        let schema = self.schemas.requests.subschema_for::<T>();
        self.body = Some(json!({"required": true, "content": {"multipart/form-data": {"schema": schema}}}));
    }

    /// The answer is `T` in the envelope.
    pub fn envelope<T: JsonSchema>(&mut self) {
        let data = self.schemas.answers.subschema_for::<T>();
        let success = json!({
            "type": "object",
            "required": ["message", "code", "data"],
            "properties": {"message": {"type": "string"}, "code": {"const": 200}, "data": data},
        });
        self.answer(200, "What was asked for, or why it is refused.", "application/json", &success);
    }

    /// The answer with `status` is of `media_type`, as `schema` says.
    pub fn answer(&mut self, status: u16, description: &str, media_type: &str, schema: &Value) {
        self.answers.push((status, json!({"description": description, "content": {media_type: {"schema": schema}}})));
    }

    /// The answer with `status` is of one of the media types of `content`.
    pub fn answers_in(&mut self, status: u16, description: &str, content: Value) {
        self.answers.push((status, json!({"description": description, "content": content})));
    }

    /// The answer with `status` has no body.
    pub fn bare_answer(&mut self, status: u16, description: &str) {
        self.answers.push((status, json!({"description": description})));
    }
}

/// The schema of what is there, if it is.
fn without_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let Some(members) = schema.as_object_mut() else { return schema };
    if members.get("default").is_some_and(Value::is_null) {
        members.remove("default");
    }
    if let Some(types) = members.get_mut("type")
        && let Some(only) = types.as_array().and_then(|types| types.iter().find(|name| *name != "null")).cloned()
    {
        *types = only;
    }
    let null = json!({"type": "null"});
    let alternatives = members.get("anyOf").and_then(Value::as_array);
    if let Some([only]) = alternatives.map(|any| any.iter().filter(|one| **one != null).collect::<Vec<_>>()).as_deref()
    {
        let only = (*only).clone();
        members.remove("anyOf");
        members.extend(only.as_object().cloned().unwrap_or_default());
    }
    schema
}
