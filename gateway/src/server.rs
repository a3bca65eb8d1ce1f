//! The wiring: what the listeners share, and the listeners themselves.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App, HttpServer, web};
use anyhow::Context;
use futures_util::future::join_all;
use payments::merchant::MerchantId;
use store::Db;
use tokio::sync::{broadcast, watch};
use zeroize::Zeroizing;

use crate::cli::Installation;
use crate::config::{Config, Log, LogFormat};
use crate::database_claim::DatabaseClaim;
use crate::messages::Messages;
use crate::{checkpoints, claims, clock, http, merchants, operations, participant, public, requests_to_pay, webhooks};

/// How long running requests may go on after the program was told to stop. Whoever waits longer for a payment
/// asks again: cutting a connection cancels nothing.
const GRACE_SECONDS: u64 = 2;

/// So many merchants' news are kept for a stream that is slow; one that misses some looks again.
const NEWS: usize = 1_024;

/// What every handler can reach.
pub struct Gateway {
    /// Who you are.
    pub identity: identity::Identity,
    /// Payments: the sequencer and its log.
    pub switch: payments::Switch,
    /// Proxies that lead to accounts.
    pub directory: payments::Directory,
    /// Who takes payments, and what came in.
    pub merchants: payments::Merchants,
    /// What somebody asks somebody else to pay.
    pub requests: payments::RequestsToPay,
    /// Names a merchant whenever it received something, something went back, or a request of its changed.
    pub received: broadcast::Sender<MerchantId>,
    /// Who follows their requests by streams of events.
    pub streams: public::api::Seats,
    /// True when the listeners are about to stop: streams end.
    pub closing: watch::Sender<bool>,
    /// Calls to addresses that others chose.
    pub outbound: Arc<http::outbound::Outbound>,
    /// How long is kept what merchants' servers were told.
    pub webhooks_kept: Duration,
    /// Who may come how often.
    pub limits: http::limits::Limits,
    /// The database of all three.
    pub db: Db,
    /// That no other gateway serves it, where it is embedded.
    _claim: Option<DatabaseClaim>,
}

impl Gateway {
    /// Opens the crates over one database, each with keys of its own from the master secret.
    pub fn open(installation: &Installation) -> anyhow::Result<Arc<Self>> {
        let outbound = Arc::new(http::outbound::Outbound::new(&installation.config.outbound)?);
        let identity = installation.identity()?;
        identity.fetch_with(outbound.clone());
        let claim = DatabaseClaim::take(&installation.config.database.url)?;
        if let Some(claim) = &claim {
            identity.remember_in_memory(claim.knows_since(clock::now()));
        }
        Ok(Arc::new(Self {
            identity,
            switch: installation.switch()?,
            directory: installation.directory(),
            merchants: payments::Merchants::new(installation.directory()),
            requests: payments::RequestsToPay::new(installation.db.clone()),
            received: broadcast::Sender::new(NEWS),
            streams: public::api::Seats::default(),
            closing: watch::Sender::new(false),
            outbound,
            webhooks_kept: Duration::from_hours(24 * u64::from(installation.config.webhooks.keep_days)),
            limits: http::limits::Limits::new(&installation.config.limits),
            db: installation.db.clone(),
            _claim: claim,
        }))
    }
}

/// The addresses, bound before anything else is opened: a port that is taken is found out first, and a
/// caller that asked for any free port (0) learns which it got.
pub struct Sockets {
    public: Option<TcpListener>,
    mtls: Option<TcpListener>,
    participants: Option<TcpListener>,
    operations: Option<TcpListener>,
}

impl Sockets {
    /// Takes sockets that are bound already.
    pub fn new(public: TcpListener, participants: Option<TcpListener>, operations: Option<TcpListener>) -> Self {
        Self { public: Some(public), mtls: None, participants, operations }
    }

    /// Binds what the configuration names.
    pub fn bind(config: &Config) -> anyhow::Result<Self> {
        let bind = |key: &str, address: SocketAddr| {
            TcpListener::bind(address).with_context(|| format!("{key}: {address} cannot be used"))
        };
        Ok(Self {
            public: config.public.listen.map(|address| bind("public.listen", address)).transpose()?,
            mtls: config.mtls.as_ref().map(|m| bind("mtls.listen", m.listen)).transpose()?,
            participants: config.participants.as_ref().map(|p| bind("participants.listen", p.listen)).transpose()?,
            operations: config.operations.as_ref().map(|o| bind("operations.listen", o.listen)).transpose()?,
        })
    }
}

/// Listeners that run.
pub struct Running {
    servers: Vec<(ServerHandle, actix_web::rt::task::JoinHandle<std::io::Result<()>>)>,
    /// Asked to let long polls go when the listeners stop.
    waiters: Arc<participant::Api>,
    gateway: Arc<Gateway>,
}

impl Running {
    /// Waits for a signal to stop, then stops in order: no new requests, running ones finished, queue drained.
    pub async fn until_stopped(self) -> anyhow::Result<()> {
        stop_signal().await?;
        self.stop().await;
        Ok(())
    }

    /// Stops now, finishing what was begun.
    pub async fn stop(self) {
        self.waiters.close();
        self.gateway.closing.send_replace(true);
        join_all(self.servers.into_iter().map(|(handle, server)| async move {
            handle.stop(true).await;
            let _ = server.await;
        }))
        .await;
        let gateway = self.gateway;
        let _ = web::block(move || gateway.switch.stop()).await;
    }
}

/// Waits for SIGTERM or Ctrl-C.
pub async fn stop_signal() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminate.recv() => (),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// Starts every listener that has a socket.
pub fn start(gateway: Arc<Gateway>, sockets: Sockets, installation: &Installation) -> anyhow::Result<Running> {
    let mut servers = Vec::new();
    if let Some(socket) = sockets.public {
        servers.push(public_listener(&gateway, socket, installation)?);
    }
    if let Some(socket) = sockets.mtls {
        servers.push(mutual_tls_listener(&gateway, socket, installation)?);
    }
    let config = &installation.config;
    let messages = Messages::new(&config.messages, &gateway.outbound, config.outbound.extra_ca.as_deref())?;
    let api = participant::Api::new(gateway.switch.clone(), gateway.directory.clone()).with_messages(messages);
    let api = web::Data::new(api);
    let participants = sockets.participants.is_some().then(|| api.clone().into_inner());
    let waiters = api.clone().into_inner();
    if let Some(socket) = sockets.participants {
        servers.push(participants_listener(api, socket, installation)?);
    }
    if let Some(socket) = sockets.operations {
        servers.push(operations_listener(&gateway, participants, socket)?);
    }
    let servers = servers.into_iter().map(|server| (server.handle(), actix_web::rt::spawn(server))).collect();
    public::housekeeping(&gateway);
    claims::decide(&gateway);
    merchants::follow(&gateway);
    merchants::follow_requests(&gateway);
    webhooks::deliver(&gateway);
    requests_to_pay::expire(&gateway);
    let checkpoint_folder = installation.config.clearing.checkpoint_folder.clone();
    checkpoints::keep(&gateway, installation.keys.checkpoint_key()?, checkpoint_folder);
    Ok(Running { servers, waiters, gateway })
}

fn public_listener(gateway: &Arc<Gateway>, socket: TcpListener, installation: &Installation) -> anyhow::Result<Server> {
    let gateway = web::Data::from(Arc::clone(gateway));
    let settings = web::Data::new(public::Settings::new(&installation.config.public));
    let https = settings.https;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(gateway.clone())
            .app_data(settings.clone())
            .configure(public::configure)
            .wrap(from_fn(http::bounded))
            .wrap(Condition::new(https, from_fn(http::transport_security)))
            .wrap(from_fn(http::page_security))
            .wrap(from_fn(http::observe))
    })
    .on_connect(http::HangUp::remember)
    .tcp_nodelay(true)
    .disable_signals()
    .shutdown_timeout(GRACE_SECONDS);
    let public = &installation.config.public;
    let server = match (&public.certificate, &public.key) {
        (Some(certificate), Some(key)) => {
            server.listen_rustls_0_23(socket, http::tls::public_server(certificate, key)?)?
        }
        _ => server.listen(socket)?,
    };
    Ok(server.run())
}

/// For relying parties with certificates: the endpoints that they call themselves.
fn mutual_tls_listener(
    gateway: &Arc<Gateway>,
    socket: TcpListener,
    installation: &Installation,
) -> anyhow::Result<Server> {
    let settings = installation.config.mtls.as_ref().context("mtls")?;
    let gateway = web::Data::from(Arc::clone(gateway));
    let authorities =
        http::mutual_tls::ClientAuthorities::read(settings.client_ca.as_deref()).context("mtls.client_ca")?;
    let tls = http::mutual_tls::server(&settings.certificate, &settings.key).context("mtls.certificate")?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(gateway.clone())
            .configure(public::configure_mutual_tls)
            .wrap(from_fn(http::bounded))
            .wrap(from_fn(http::problems))
            .wrap(from_fn(http::observe))
    })
    .on_connect(move |connection, data| {
        authorities.remember_peer(connection, data);
        http::HangUp::remember(connection, data);
    })
    .tcp_nodelay(true)
    .disable_signals()
    .shutdown_timeout(GRACE_SECONDS);
    Ok(server.listen_rustls_0_23(socket, tls)?.run())
}

fn participants_listener(
    api: web::Data<participant::Api>,
    socket: TcpListener,
    installation: &Installation,
) -> anyhow::Result<Server> {
    let settings = installation.config.participants.as_ref().context("participants")?;
    let (chain, key) = if let (Some(chain), Some(key)) = (&settings.certificate, &settings.key) {
        (std::fs::read(chain)?, Zeroizing::new(std::fs::read(key)?))
    } else {
        let made = installation.keys.certify_listener(&settings.names, clock::now())?;
        (made.certificate.into_bytes(), Zeroizing::new(made.key.as_bytes().to_vec()))
    };
    let tls = http::tls::participants_server(&chain, &key, installation.keys.authority_certificate()?.as_bytes())?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(api.clone())
            .configure(participant::configure)
            .wrap(from_fn(http::problems))
            .wrap(from_fn(http::observe))
    })
    .on_connect(http::tls::remember_peer)
    // What is written leaves at once, here and at the other listeners: the end of a long answer would otherwise wait until
    // its beginning is acknowledged, which the other side puts off for 40 ms.
    .tcp_nodelay(true)
    .disable_signals()
    .shutdown_timeout(GRACE_SECONDS);
    Ok(server.listen_rustls_0_23(socket, tls)?.run())
}

fn operations_listener(
    gateway: &Gateway,
    participants: Option<Arc<participant::Api>>,
    socket: TcpListener,
) -> anyhow::Result<Server> {
    let operations = web::Data::new(operations::Operations {
        db: gateway.db.clone(),
        identity: gateway.identity.clone(),
        switch: gateway.switch.clone(),
        operators: payments::Operators::new(gateway.db.clone()),
        participants,
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(operations.clone())
            .configure(operations::configure)
            .wrap(from_fn(http::page_security))
            .wrap(from_fn(http::observe))
    })
    .tcp_nodelay(true)
    .disable_signals()
    .shutdown_timeout(GRACE_SECONDS);
    Ok(server.listen(socket)?.run())
}

/// Starts logging. The first call counts; later ones change nothing.
pub fn log(settings: &Log) {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.filter)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match settings.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.compact().with_target(false).try_init(),
    };
}
