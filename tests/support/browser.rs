//! A headless Chromium, driven through Debian's chromedriver, with a passkey of its own.

use std::io::{BufRead, BufReader, Cursor};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use image::imageops::FilterType;
use serde_json::{Value, json};
use url::Url;

use super::root;

/// How long a page may take to show what is waited for. Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the camera sees: JPEG pictures one after the other, in the browser's profile.
const CAMERA: &str = "camera.mjpeg";

/// Widths at which every page is kept as a picture: a telephone and a desk.
const WIDTHS: [u32; 2] = [390, 1280];

/// A browser with its own profile; both processes end when it is dropped.
pub(crate) struct Browser {
    client: Client,
    driver: Child,
    profile: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium is the driver's child and ends with it.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Browser {
    /// Starts chromedriver on a free port, and Chromium with an empty profile in the given language.
    pub(crate) async fn start(language: &str) -> Self {
        let (driver, port) = (0..5).find_map(|_| start_driver()).expect("chromedriver says its port");
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(), // Chromium's own sandbox does not start as root
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--use-fake-ui-for-media-stream".to_owned(), // the camera is allowed without a question
            "--use-fake-device-for-media-stream".to_owned(),
            format!("--use-file-for-fake-video-capture={}", profile.path().join(CAMERA).display()),
            format!("--accept-lang={language}"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities = json!({ "goog:chromeOptions": { "args": arguments } });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts");
        Self { client, driver, profile }
    }

    /// Gives the browser an authenticator inside the device, with a user who is always verified
    /// (WebAuthn, section 11.2).
    pub(crate) async fn add_authenticator(&self) {
        let authenticator = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "isUserConsenting": true,
        });
        let path = "webauthn/authenticator";
        self.client.issue_cmd(SessionCommand { path, body: authenticator }).await.unwrap();
    }

    pub(crate) async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    pub(crate) async fn url(&self) -> Url {
        self.client.current_url().await.unwrap()
    }

    /// What is behind an address, for whoever is signed in here.
    pub(crate) async fn download(&self, url: &str) -> Vec<u8> {
        let cookies = self.client.get_all_cookies().await.unwrap();
        let cookies: Vec<_> = cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
        let asked = reqwest::Client::new().get(url).header("Cookie", cookies.join("; ")).send().await.unwrap();
        asked.error_for_status().unwrap().bytes().await.unwrap().to_vec()
    }

    /// The first element that matches, once it is there.
    pub(crate) async fn find(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        let Ok(element) = found else { panic!("no {css} on {}:\n{}", self.url().await, self.text().await) };
        element
    }

    pub(crate) async fn has(&self, css: &str) -> bool {
        !self.client.find_all(Locator::Css(css)).await.unwrap().is_empty()
    }

    pub(crate) async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// Types into a field, after what may stand there is gone.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Puts a file into a file field.
    pub(crate) async fn choose_file(&self, css: &str, path: &Path) {
        self.find(css).await.send_keys(path.to_str().unwrap()).await.unwrap();
    }

    /// Holds a picture in front of the camera, before the page opens it.
    pub(crate) fn hold_before_camera(&self, picture: &Path) {
        let picture = image::open(picture).unwrap().resize(420, 420, FilterType::Nearest).into_luma8();
        let mut frame = image::GrayImage::from_pixel(640, 480, image::Luma([220]));
        image::imageops::overlay(&mut frame, &picture, 110, 30);
        let mut jpeg = Vec::new();
        let frame = image::DynamicImage::from(frame).into_rgb8();
        frame.write_to(&mut Cursor::new(&mut jpeg), image::ImageFormat::Jpeg).unwrap();
        std::fs::write(self.profile.path().join(CAMERA), jpeg.repeat(10)).unwrap();
    }

    /// What a reader sees.
    pub(crate) async fn text(&self) -> String {
        let body = self.client.find(Locator::Css("body")).await.unwrap();
        body.text().await.unwrap()
    }

    /// Waits until the page says all of this.
    pub(crate) async fn expect(&self, words: &[&str]) {
        let seen = self.wait_until(async || {
            let text = self.client.execute("return document.body ? document.body.innerText : ''", vec![]).await;
            let text = text.unwrap_or_default().as_str().unwrap_or_default().to_owned();
            words.iter().all(|word| text.contains(word))
        });
        assert!(seen.await, "{words:?} not on {}:\n{}", self.url().await, self.text().await);
    }

    /// Waits until the address satisfies `there`.
    pub(crate) async fn expect_url(&self, there: impl Fn(&Url) -> bool) -> Url {
        self.wait_until(async || self.client.current_url().await.is_ok_and(|url| there(&url))).await;
        let url = self.url().await;
        assert!(there(&url), "the browser is at {url}:\n{}", self.text().await);
        url
    }

    async fn wait_until(&self, holds: impl AsyncFn() -> bool) -> bool {
        let patience = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < patience {
            if holds().await {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }

    /// Opens another tab and goes to it; returns the one left behind.
    pub(crate) async fn new_tab(&self) -> fantoccini::wd::WindowHandle {
        let before = self.client.window().await.unwrap();
        let tab = self.client.new_window(true).await.unwrap();
        self.client.switch_to_window(tab.handle).await.unwrap();
        before
    }

    pub(crate) async fn go_to_tab(&self, tab: fantoccini::wd::WindowHandle) {
        self.client.switch_to_window(tab).await.unwrap();
    }

    pub(crate) async fn tab(&self) -> fantoccini::wd::WindowHandle {
        self.client.window().await.unwrap()
    }

    /// Keeps the whole page as target/screenshots/NAME-WIDTH.png, and checks that no width scrolls sideways. Returns the
    /// picture of the last width.
    pub(crate) async fn picture(&self, name: &str) -> Vec<u8> {
        let folder = root().join("target/screenshots");
        let mut png = Vec::new();
        std::fs::create_dir_all(&folder).unwrap();
        for width in WIDTHS {
            // Not `mobile`: that would zoom out until everything fits, and hide that it does not.
            let size = json!({ "width": width, "height": 844, "deviceScaleFactor": 1, "mobile": false });
            self.devtools("Emulation.setDeviceMetricsOverride", size).await;
            let shot = json!({ "captureBeyondViewport": true });
            let shot = self.devtools("Page.captureScreenshot", shot).await;
            png = STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
            std::fs::write(folder.join(format!("{name}-{width}.png")), &png).unwrap();
            let wide = self.client.execute("return document.documentElement.scrollWidth", vec![]).await.unwrap();
            assert!(wide.as_u64().unwrap() <= width.into(), "{name} is {wide} px wide on a screen of {width} px");
        }
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
        png
    }

    async fn devtools(&self, method: &str, params: Value) -> Value {
        let body = json!({ "cmd": method, "params": params });
        self.client.issue_cmd(SessionCommand { path: "goog/cdp/execute", body }).await.unwrap()
    }
}

/// Starts chromedriver on a port that it chooses. `None` when it ended instead: it wants the same port of IPv4 and of
/// IPv6, and another one that starts at this moment may have been quicker.
fn start_driver() -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is installed by tests/run");
    if let Some(port) = port_of(&mut driver) {
        return Some((driver, port));
    }
    driver.wait().unwrap();
    None
}

/// Reads the port that chromedriver chose from what it prints.
fn port_of(driver: &mut Child) -> Option<u16> {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let line = lines.find(|line| line.as_ref().unwrap().contains("started successfully on port"))?.unwrap();
    std::thread::spawn(move || lines.count()); // keeps the pipe open and empty
    Some(line.rsplit(' ').next().unwrap().trim_end_matches('.').parse().unwrap())
}

/// A WebDriver command below the session that the client library has no name for.
#[derive(Debug)]
struct SessionCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for SessionCommand {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
