//! `lionrock demo`: everything on one machine, to look around in or to check by itself.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::demo;

/// Look around: everything on an embedded database, with residents, banks, a shop and an e-service
#[derive(clap::Args)]
pub(super) struct Demo {
    /// Walk the whole journey by itself, in a temporary folder and on free ports; exit 1 when a step fails
    #[arg(long)]
    check: bool,
    /// Where the demo keeps its data
    #[arg(long, value_name = "FOLDER", default_value = "data/demo", conflicts_with = "check")]
    data: PathBuf,
    /// Take any free ports instead of 8080, 8444, 9090 and 8091 to 8095; the folder remembers them
    #[arg(long, conflicts_with = "check")]
    free_ports: bool,
    /// Print where everything is as one JSON object
    #[arg(long, conflicts_with = "check")]
    json: bool,
}

/// Runs until it is told to stop, or until the journey is walked.
pub(super) fn run(command: Demo) -> anyhow::Result<ExitCode> {
    if command.check {
        return actix_web::rt::System::new().block_on(demo::check::run());
    }
    let options = demo::Options { data: command.data, free_ports: command.free_ports, answer_timeout_seconds: 10 };
    actix_web::rt::System::new().block_on(async move {
        let demo = demo::start(options).await?;
        if command.json {
            println!("{}", serde_json::to_string(&demo.places)?);
        } else {
            println!("{}", demo.places);
        }
        demo.until_stopped().await
    })?;
    Ok(ExitCode::SUCCESS)
}
