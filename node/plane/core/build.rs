//! Generates the control protocol and the spool's header from the contracts that Python reads too; protox needs no protoc.
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../..").canonicalize()?;
    let protos = ["plane", "spool"].map(|name| root.join(format!("protos/plane/v1/{name}.proto")));
    for proto in &protos {
        println!("cargo:rerun-if-changed={}", proto.display());
    }
    let files = protox::compile(&protos, [&root])?;
    prost_build::Config::new().compile_fds(files)?;
    Ok(())
}
