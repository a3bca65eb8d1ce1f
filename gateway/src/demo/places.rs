//! Where everything of the demo is: ports, folders, and the configuration file that other commands can use too.

use std::fmt;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

/// Ports that people can remember: public, participants, operations, e-service, shop, three banks.
const PORTS: [u16; 8] = [8080, 8444, 9090, 8091, 8092, 8093, 8094, 8095];

/// Where a demo on free ports remembers them: passkeys and registrations belong to an origin, port included.
const REMEMBERED: &str = "ports";

/// One bound socket for each part of the demo. They are bound before anything is opened or printed, so that a
/// taken port is found out first.
pub(super) struct Sockets {
    pub(super) public: TcpListener,
    pub(super) participants: TcpListener,
    pub(super) operations: TcpListener,
    pub(super) e_service: TcpListener,
    pub(super) shop: TcpListener,
    pub(super) banks: [TcpListener; 3],
}

impl Sockets {
    /// Binds the known ports, or free ones that the folder remembers.
    pub(super) fn bind(data: &Path, free_ports: bool) -> anyhow::Result<Self> {
        fs::create_dir_all(data).with_context(|| data.display().to_string())?;
        let ports = if free_ports { remembered(data) } else { PORTS };
        let bind = |port: u16| {
            TcpListener::bind(("127.0.0.1", port)).with_context(|| {
                format!("port {port} on this machine is taken; stop what uses it, or try: lionrock demo --free-ports")
            })
        };
        let [public, participants, operations, e_service, shop, first, second, third] = ports;
        let sockets = Self {
            public: bind(public)?,
            participants: bind(participants)?,
            operations: bind(operations)?,
            e_service: bind(e_service)?,
            shop: bind(shop)?,
            banks: [bind(first)?, bind(second)?, bind(third)?],
        };
        if free_ports {
            let ports: Vec<String> =
                sockets.all().map(port).map(|port| port.map(|p| p.to_string())).collect::<Result<_, _>>()?;
            fs::write(data.join(REMEMBERED), ports.join(" "))?;
        }
        Ok(sockets)
    }

    fn all(&self) -> impl Iterator<Item = &TcpListener> {
        [&self.public, &self.participants, &self.operations, &self.e_service, &self.shop].into_iter().chain(&self.banks)
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
             # The demo's banks answer for their customers: nobody has a telephone to send a code to.\n\
             [directory]\nasserts_ownership = [\"*\"]\n\n\
             # Everything of the demo is on this machine, web shops as well.\n\
             [outbound]\nallow_networks = [\"127.0.0.0/8\"]\n\n\
             [clearing]\nanswer_timeout_seconds = {answer_timeout_seconds}\n\n\
             [log]\nformat = \"text\"\nfilter = \"warn\"\n",
            public = port(&self.public)?,
            issuer = url(&self.public)?,
            participants = port(&self.participants)?,
            operations = port(&self.operations)?,
        );
        fs::write(&path, text).with_context(|| path.display().to_string())?;
        Ok(path)
    }
}

/// The ports of an earlier start; zeros, that is, any free ones, when there was none.
fn remembered(data: &Path) -> [u16; 8] {
    let text = fs::read_to_string(data.join(REMEMBERED)).unwrap_or_default();
    let ports: Vec<u16> = text.split_whitespace().filter_map(|port| port.parse().ok()).collect();
    ports.try_into().unwrap_or([0; 8])
}

/// The port of a bound socket.
pub(super) fn port(socket: &TcpListener) -> anyhow::Result<u16> {
    Ok(socket.local_addr()?.port())
}

/// The URL under which a browser on this machine finds a socket. Passkeys want a name, not an address.
pub(super) fn url(socket: &TcpListener) -> anyhow::Result<String> {
    Ok(format!("http://localhost:{}", port(socket)?))
}

/// Where to click: what the demo prints when it is ready.
#[derive(Debug, Clone, Serialize)]
pub struct Directions {
    /// Lionrock for residents and relying parties; the issuer.
    pub lionrock: String,
    /// The participants' listener.
    pub participants: String,
    /// The operator's console.
    pub console: String,
    /// The government e-service.
    pub e_service: String,
    /// The shop's till.
    pub shop: String,
    /// The banks' pages.
    pub banks: Vec<BankPlace>,
    /// Residents who have not activated their identity yet, with their links.
    pub residents: Vec<ResidentPlace>,
    /// Merchants whose owner has not joined yet, with their invitations.
    pub merchants: Vec<MerchantPlace>,
    /// The configuration file for other commands.
    pub configuration: String,
}

/// A bank's pages.
#[derive(Debug, Clone, Serialize)]
pub struct BankPlace {
    /// Its clearing code.
    pub clearing_code: String,
    /// Its name, in both languages.
    pub name: String,
    /// Where it is.
    pub url: String,
}

/// A resident's way in.
#[derive(Debug, Clone, Serialize)]
pub struct ResidentPlace {
    /// Their name, in both languages.
    pub name: String,
    /// Their activation link.
    pub activation_link: String,
}

/// A merchant that waits for its owner.
#[derive(Debug, Clone, Serialize)]
pub struct MerchantPlace {
    /// Its name, in both languages.
    pub name: String,
    /// What its bank gave its owner: typed at `/merchant` by whoever is signed in, once.
    pub invitation: String,
}

impl fmt::Display for Directions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n獅子山 Lionrock is running. Everything is on this machine; stop it with Ctrl-C.\n")?;
        writeln!(f, "  1  Activate a digital identity (open one of these, make a passkey)")?;
        if self.residents.is_empty() {
            writeln!(f, "       every resident has one already")?;
        }
        for resident in &self.residents {
            writeln!(f, "       {}", resident.name)?;
            writeln!(f, "       {}", resident.activation_link)?;
        }
        writeln!(f, "\n  2  Sign in with it at the Transport Department\n       {}", self.e_service)?;
        writeln!(f, "\n  3  Be paid at the shop's till\n       {}", self.shop)?;
        writeln!(f, "\n  4  Pay from a bank: link a mobile number, scan the shop's code")?;
        for bank in &self.banks {
            writeln!(f, "       {}  {} {}", bank.url, bank.clearing_code, bank.name)?;
        }
        writeln!(f, "\n  5  Watch it as the operator\n       {}", self.console)?;
        writeln!(f, "\n  Your own page: {}/me", self.lionrock)?;
        writeln!(f, "  Your shops: {}/merchant", self.lionrock)?;
        for merchant in &self.merchants {
            writeln!(f, "       {}: join with {}", merchant.name, merchant.invitation)?;
        }
        writeln!(f, "  Check the books: lionrock audit --config {}", self.configuration)
    }
}
