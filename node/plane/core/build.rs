//! Generates the control protocol from the one contract that Python reads too; protox needs no protoc.
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../..").canonicalize()?;
    let proto = root.join("protos/plane/v1/plane.proto");
    println!("cargo:rerun-if-changed={}", proto.display());
    let files = protox::compile([&proto], [&root])?;
    prost_build::Config::new().compile_fds(files)?;
    Ok(())
}
