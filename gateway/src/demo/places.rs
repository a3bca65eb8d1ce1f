//! Where everything of the demo is: ports, folders, and the configuration file that other commands can use too.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Ports that people can remember.
const PORTS: [u16; 8] = [8080, 8444, 9090, 8091, 8092, 8093, 8094, 8095];

/// One bound socket for each part of the demo. They are bound before anything is printed or opened, so that a
/// taken port is found out first.
pub(super) struct Places {
    pub(super) public: TcpListener,
    pub(super) participants: TcpListener,
    pub(super) operations: TcpListener,
    pub(super) e_service: TcpListener,
    pub(super) shop: TcpListener,
    pub(super) banks: [TcpListener; 3],
}

impl Places {
    /// Binds the known ports, or any free ones.
    pub(super) fn bind(free_ports: bool) -> anyhow::Result<Self> {
        let bind = |port: u16| {
            let port = if free_ports { 0 } else { port };
            TcpListener::bind(("127.0.0.1", port)).with_context(|| {
                format!("port {port} on this machine is taken; stop what uses it, or try: lionrock demo --free-ports")
            })
        };
        let [public, participants, operations, e_service, shop, first, second, third] = PORTS;
        Ok(Self {
            public: bind(public)?,
            participants: bind(participants)?,
            operations: bind(operations)?,
            e_service: bind(e_service)?,
            shop: bind(shop)?,
            banks: [bind(first)?, bind(second)?, bind(third)?],
        })
    }

    /// Writes `lionrock.toml` into the data folder, so that `lionrock audit --config …` and the other commands
    /// work on the demo as on any installation.
    pub(super) fn write_configuration(&self, data: &Path, answer_timeout_seconds: u64) -> anyhow::Result<PathBuf> {
        let path = data.join("lionrock.toml");
        let text = format!(
            "# Written by `lionrock demo` at every start.\n\
             [database]\nurl = \"sqlite:lionrock.db\"\n\n[keys]\nfolder = \"keys\"\n\n\
             [public]\nlisten = \"127.0.0.1:{public}\"\nissuer = \"{issuer}\"\n\n\
             [participants]\nlisten = \"127.0.0.1:{participants}\"\n\n\
             [operations]\nlisten = \"127.0.0.1:{operations}\"\n\n\
             [clearing]\nanswer_timeout_seconds = {answer_timeout_seconds}\n\n\
             [log]\nformat = \"text\"\nfilter = \"warn\"\n",
            public = port(&self.public)?,
            issuer = url(&self.public)?,
            participants = port(&self.participants)?,
            operations = port(&self.operations)?,
        );
        fs::create_dir_all(data).with_context(|| data.display().to_string())?;
        fs::write(&path, text).with_context(|| path.display().to_string())?;
        Ok(path)
    }
}

/// The port of a bound socket.
pub(super) fn port(socket: &TcpListener) -> anyhow::Result<u16> {
    Ok(socket.local_addr()?.port())
}

/// The URL under which a browser on this machine finds a socket. Passkeys want a name, not an address.
pub(super) fn url(socket: &TcpListener) -> anyhow::Result<String> {
    Ok(format!("http://localhost:{}", port(socket)?))
}
