//! The checked-in Rust code is what the `.proto` files say.

use std::{fs, path::Path};

#[test]
fn generated_code_matches_the_proto_files() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let protos = here.join("../../proto");
    let files = protox::compile(["message.proto"], [&protos]).unwrap();
    let out = tempfile::tempdir().unwrap();
    prost_build::Config::new()
        .out_dir(out.path())
        .message_attribute(".", "#[allow(missing_docs)]")
        .compile_fds(files)
        .unwrap();
    let generated = fs::read_to_string(out.path().join("_.rs")).unwrap();
    let target = here.join("src/proto/generated.rs");
    if std::env::var_os("REGENERATE_PROTO").is_some() {
        fs::write(&target, &generated).unwrap();
    }
    let checked_in = fs::read_to_string(&target).unwrap_or_default();
    assert_eq!(checked_in, generated, "run this test with REGENERATE_PROTO=1 and commit the result");
}
