//! Debian's Apache with `mod_auth_openidc` and `mod_oauth2`, as a process of its own with a folder of its own.

use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::gateway::free_ports;
use super::judges::INSTALLED;
use super::{Gateway, said};

/// What Apache is registered as.
const CLIENT: &str = "apache";
const SECRET: &str = "a-secret-that-apache-shares-with-lionrock";

/// How long a start may take. Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running Apache; it is stopped when dropped.
pub(crate) struct Apache {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Apache {
    fn drop(&mut self) {
        // Its children end with it.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

impl Apache {
    /// Registers Apache as a relying party and starts it.
    pub(crate) fn start(gateway: &Gateway) -> Self {
        let [port, ..] = free_ports();
        register(gateway, port);
        let folder = tempfile::tempdir().unwrap();
        // Its children are nobody when root starts it.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let pages =
            Command::new("cp").arg("-r").arg(INSTALLED.join("apache/pages")).arg(folder.path()).output().unwrap();
        assert!(pages.status.success(), "{}", said(&pages));
        let is_root = folder.path().metadata().unwrap().uid() == 0;
        let (account, group) = if is_root { ("nobody", "nogroup") } else { ("-", "-") };
        let debian = INSTALLED.join("debian/usr");
        let libraries = std::fs::read_dir(debian.join("lib")).unwrap();
        let libraries: Vec<_> = libraries.map(|entry| entry.unwrap().path().display().to_string()).collect();
        let process = Command::new(debian.join("sbin/apache2"))
            .args(["-D", "FOREGROUND", "-f"])
            .arg(INSTALLED.join("apache/httpd.conf"))
            .env("LD_LIBRARY_PATH", libraries.join(":"))
            .env("MODULES", debian.join("lib/apache2/modules"))
            .env("FOLDER", folder.path())
            .env("PORT", port.to_string())
            .envs([("ACCOUNT", account), ("ACCOUNT_GROUP", group), ("CLIENT", CLIENT), ("SECRET", SECRET)])
            .env("ISSUER", gateway.public(""))
            .stdin(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("errors")).unwrap())
            .spawn()
            .unwrap();
        let apache = Self { process, port, folder };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < PATIENCE, "Apache does not start: {}", apache.errors());
            std::thread::sleep(Duration::from_millis(50));
        }
        apache
    }

    /// A URL of the website.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// What it logged.
    fn errors(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("errors")).unwrap_or_default()
    }
}

fn register(gateway: &Gateway, port: u16) {
    let metadata = serde_json::json!({
        "client_id": CLIENT, "client_secret": SECRET, "token_endpoint_auth_method": "client_secret_basic",
        "profile": "oidc", "client_name": "Harbour Rowing Club", "client_name#zh-Hant": "海港划艇會",
        "scope": "openid profile",
        "redirect_uris": [format!("http://localhost:{port}/callback")],
        "post_logout_redirect_uris": [format!("http://localhost:{port}/")],
        "backchannel_logout_uri": format!("http://localhost:{port}/callback?logout=backchannel"),
    });
    let file = gateway.folder().join("apache.json");
    std::fs::write(&file, metadata.to_string()).unwrap();
    gateway.run(&["client", "add", file.to_str().unwrap()]);
}
