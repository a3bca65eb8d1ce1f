//! Outside judges: OpenID libraries that know nothing of Lionrock sign a resident in, and the tests of
//! tests/interop, which speak HTTP and nothing else, hold the provider to its promises.

use std::process::Command;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreProviderMetadata, CoreResponseType,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClientId, CsrfToken, EmptyAdditionalClaims, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse,
    UserInfoClaims,
};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use crate::support::bank::Bank;
use crate::support::{Apache, Browser, Gateway, MailServer, judges, postgres, program_folder, resident};

const SQLITE: &str = "sqlite:lionrock.db";
/// Residents may sign in by password, too.
const PASSWORDS: &str = "[sign_in]\npassword = true\n";
/// Relying parties on this machine may be told that somebody signed out.
const MAY_CALL_THIS_MACHINE: &str = "[outbound]\nallow_networks = [\"127.0.0.0/8\", \"::1/128\"]\n";
const CLIENT: &str = "city-pool";
const REDIRECT: &str = "http://localhost:8098/callback";

#[tokio::test]
async fn an_ordinary_openid_library_signs_a_resident_in() {
    let gateway = Gateway::demo().await;
    let key = register(&gateway);
    let issuer = IssuerUrl::new(gateway.public("")).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer.clone(), &send).await.unwrap();
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(CLIENT.to_owned()), None)
        .set_auth_type(AuthType::RequestBody)
        .set_redirect_uri(RedirectUrl::new(REDIRECT.to_owned()).unwrap());

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let flow: openidconnect::AuthenticationFlow<CoreResponseType> = flow;
    let (address, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("profile".to_owned()))
        .set_pkce_challenge(challenge)
        .url();

    let browser = Browser::start("en").await;
    resident::activate(&browser, &gateway, 0).await;
    let sent_to = resident::sign_in_and_agree(&browser, address.as_str(), REDIRECT).await;
    let parameter =
        |name: &str| sent_to.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!(parameter("state").as_ref(), Some(state.secret()));
    assert_eq!(parameter("iss").as_deref(), Some(issuer.as_str()), "RFC 9207");

    let tokens = client
        .exchange_code(AuthorizationCode::new(parameter("code").unwrap()))
        .unwrap()
        .set_pkce_verifier(verifier)
        .add_extra_param("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        .add_extra_param("client_assertion", assertion(&key, issuer.as_str()))
        .request_async(&send)
        .await
        .unwrap();
    let id_token = tokens.id_token().expect("an ID token");
    let id_token_verifier = client.id_token_verifier();
    // Signature by the published keys, issuer, audience, expiry and nonce are checked in here.
    let claims = id_token.claims(&id_token_verifier, &nonce).unwrap();
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().unwrap();
        let signing_key = id_token.signing_key(&id_token_verifier).unwrap();
        let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, signing_key).unwrap();
        assert_eq!(hash, *expected);
    }

    let subject = claims.subject().clone();
    let userinfo: UserInfoClaims<EmptyAdditionalClaims, CoreGenderClaim> =
        client.user_info(tokens.access_token().clone(), Some(subject)).unwrap().request_async(&send).await.unwrap();
    let names: Vec<_> = userinfo.name().unwrap().iter().map(|(_, name)| name.as_str().to_owned()).collect();
    assert!(names.iter().any(|name| name.contains("Tai Man")), "{names:?}");
}

#[tokio::test]
async fn every_refusal_is_as_the_document_says() {
    let certificates = judges::authority();
    let settings = PASSWORDS.to_owned() + &Gateway::mutual_tls(certificates.path());
    let gateway = Gateway::serve_with(SQLITE, &settings, &[]).await;
    judges::with_certificates(&gateway, certificates.path(), &["refusals.test.js"]);
}

#[tokio::test]
async fn the_discovery_document_says_what_is_so() {
    let certificates = judges::authority();
    let settings = PASSWORDS.to_owned() + &Gateway::mutual_tls(certificates.path());
    let gateway = Gateway::serve_with(SQLITE, &settings, &[]).await;
    judges::with_certificates(&gateway, certificates.path(), &["discovery.test.js"]);
}

#[tokio::test]
async fn the_conformance_modules_hold() {
    let gateway = Gateway::serve_with(SQLITE, MAY_CALL_THIS_MACHINE, &[]).await;
    judges::node(&gateway, &["conformance.test.js"]);
}

#[tokio::test]
async fn the_conformance_modules_hold_with_certificates() {
    let certificates = judges::authority();
    let gateway = Gateway::serve_with(SQLITE, &Gateway::mutual_tls(certificates.path()), &[]).await;
    judges::with_certificates(&gateway, certificates.path(), &["mutual_tls.test.js"]);
}

#[tokio::test]
async fn a_one_time_code_arrives_by_a_real_mail_server_and_links_the_address() {
    let certificates = judges::authority();
    let folder = certificates.path().display();
    std::fs::write(certificates.path().join("mail.password"), "a mail password\n").unwrap();
    let mut mail = MailServer::start(certificates.path());
    let settings = format!(
        "[outbound]\nextra_ca = \"{folder}/ca.pem\"\n[messages.mail]\nhost = \"localhost\"\nport = {}\n\
         from = \"Lionrock <fps@example.hk>\"\nuser = \"fps\"\npassword_file = \"{folder}/mail.password\"\n",
        mail.port
    );
    let gateway = Gateway::serve_with(SQLITE, &settings, &[]).await;
    let bank = Bank::join(&gateway, "055", "0");
    let proxy = json!({ "type": "EMAL", "id": "Kwok@Example.HK" });
    let owner = json!({ "kind": "person", "name_en": "KWOK Ka Yan" });
    let registration = json!({ "proxy": proxy, "account": "055-1", "owner": owner, "default": true });
    let (_, entry) = bank.post_json(&gateway, "/proxies", &registration).await;
    assert_eq!(entry["status"], "pending", "{entry}");
    let lookup = json!({ "proxy": proxy });
    assert_eq!(bank.post_json(&gateway, "/lookups", &lookup).await.0, 404);

    let path = format!("/proxies/{}/proof", entry["entry_id"].as_str().unwrap());
    let (status, sent) = bank.post_json(&gateway, &path, &json!({})).await;
    assert_eq!(status, 202, "{sent}");
    let message = mail.next_message();
    assert_eq!(message["to"], json!(["kwok@example.hk"]));
    assert_eq!(message["tls"], true);
    let text = message["text"].as_str().unwrap();
    assert!(text.contains("茶樓銀行") && text.contains("Teahouse Bank"), "{text}");
    let code = &text[..6];
    assert!(!message["subject"].as_str().unwrap().contains(code), "subjects are shown on locked screens");
    assert!(!gateway.printed().contains(code) && !gateway.printed().contains("kwok"), "and nothing is logged");
    let answered = bank.post_json(&gateway, &format!("{path}/answer"), &json!({ "code": code })).await;
    assert_eq!(answered.0, 204, "{}", answered.1);
    assert_eq!(bank.post_json(&gateway, "/lookups", &lookup).await.0, 200);
}

/// What the certified server of npm's oidc-provider does not pass, the test itself has wrong.
#[test]
fn a_certified_server_passes_the_same_modules() {
    judges::certified(&["conformance.test.js"]);
}

#[tokio::test]
async fn libraries_of_others_sign_a_resident_in() {
    let gateway = Gateway::serve(SQLITE).await;
    let libraries = ["openid_client", "oauth4webapi", "jose"].map(|name| format!("libraries/{name}.test.js"));
    judges::node(&gateway, &libraries.each_ref().map(String::as_str));
}

#[test]
fn libraries_of_others_and_we_read_each_others_qr_codes() {
    judges::program(&["libraries/qr.test.js"]);
}

/// The reader that Debian's scanners are built on, and a printer's eye for the vector formats.
#[test]
fn zbar_reads_every_picture_of_a_code() {
    let folder = tempfile::tempdir().unwrap();
    let run = |program: &str, args: &[&str]| {
        let done = Command::new(program).current_dir(folder.path()).args(args).output().unwrap();
        assert!(done.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    };
    let lionrock = program_folder().join("lionrock");
    for (purpose, paper) in [("screen", "a5"), ("print", "a6"), ("marked", "a5")] {
        let shop = ["--fps-id", "1234567", "--name", "Morning Light", "--name-zh", "晨光文具", "--amount", "38.50"];
        let files = ["--png", "code.png", "--svg", "code.svg", "--poster", "poster.pdf"];
        let wanted = ["--for", purpose, "--paper", paper];
        let args = [&["qr", "make"], &shop[..], &files, &wanted].concat();
        let payload = run(lionrock.to_str().unwrap(), &args);
        run("rsvg-convert", &["code.svg", "--output", "drawn.png"]);
        run("pdftoppm", &["-png", "-r", "150", "-singlefile", "poster.pdf", "poster"]);
        for picture in ["code.png", "drawn.png", "poster.png"] {
            assert_eq!(run("zbarimg", &["--quiet", "--raw", picture]), payload, "{picture} for {purpose} on {paper}");
            let said = run(lionrock.to_str().unwrap(), &["qr", "scan", picture]);
            assert!(said.contains("38.50"), "{picture} for {purpose} on {paper}: {said}");
        }
        let words = run("pdftotext", &["poster.pdf", "-"]);
        for expected in ["晨光文具", "Morning Light", "HKD 38.50", "掃碼付款", "Scan to pay"] {
            assert!(words.contains(expected), "{words}");
        }
    }
}

#[tokio::test]
async fn what_is_good_once_is_good_once_at_two_gateways() {
    let database = postgres();
    let first = Gateway::serve(&database.url).await;
    let second = first.beside("").await;
    judges::two(&first, &second, &["two_gateways.test.js"]);
}

#[tokio::test]
async fn apache_signs_a_resident_in_and_out() {
    let gateway = Gateway::demo().await;
    let apache = Apache::start(&gateway);
    let browser = Browser::start("en").await;
    resident::activate(&browser, &gateway, 0).await;

    resident::sign_in_and_agree(&browser, &apache.url("/members/"), &apache.url("/members/")).await;
    browser.expect(&["CHAN Tai Man"]).await;
    browser.click("#leave").await;
    browser.expect_url(|url| url.as_str() == apache.url("/")).await;
    browser.find("#goodbye").await;

    // Signed out at Apache and at Lionrock.
    browser.open(&apache.url("/members/")).await;
    browser.find("[data-passkey=get] #passkey").await;
    browser.open(&gateway.public("/me")).await;
    browser.expect_url(|url| url.path() == "/sign-in").await;
}

/// The browser brings no word of it to Apache: Lionrock does (OpenID Connect Back-Channel Logout).
#[tokio::test]
async fn apache_is_told_when_a_resident_signs_out_elsewhere() {
    let gateway = Gateway::serve_with(SQLITE, MAY_CALL_THIS_MACHINE, &[]).await;
    let apache = Apache::start(&gateway);
    let browser = Browser::start("en").await;
    resident::follow(&browser, &resident::register(&gateway)).await;
    let members = apache.url("/members/");
    resident::sign_in_and_agree(&browser, &members, &members).await;

    browser.open(&gateway.public("/me")).await;
    browser.click("form[action='/sign-out'] button").await;
    let patience = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        browser.open(&members).await;
        if browser.has("[data-passkey=get]").await {
            break;
        }
        assert!(tokio::time::Instant::now() < patience, "Apache was not told");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn apache_checks_access_tokens_by_itself() {
    let gateway = Gateway::serve(SQLITE).await;
    let apache = Apache::start(&gateway);
    judges::apache(&gateway, &apache, &["libraries/apache.test.js"]);
}

#[tokio::test]
async fn websites_in_python_sign_a_resident_in() {
    let gateway = Gateway::serve(SQLITE).await;
    judges::node(&gateway, &["libraries/python.test.js"]);
}

#[tokio::test]
async fn every_answer_is_as_the_api_description_says() {
    let gateway = Gateway::serve(SQLITE).await;
    judges::node(&gateway, &["openapi.test.js"]);
}

#[tokio::test]
async fn the_web_shop_of_the_examples_sells_and_believes_signed_webhooks_only() {
    let gateway = Gateway::demo().await;
    judges::city(&gateway, &["web_shop.test.js"]);
}

#[tokio::test]
async fn a_merchant_s_token_is_bound_to_its_program_s_certificate() {
    let certificates = judges::authority();
    let gateway = Gateway::serve_with(SQLITE, &Gateway::mutual_tls(certificates.path()), &[]).await;
    let bank = Bank::join(&gateway, "055", "0");
    let owner = json!({ "kind": "organisation", "name_zh": "晨光文具", "name_en": "Morning Light Stationery" });
    let wanted = json!({ "request_id": "6f6c0c0e-0b0f-4c53-9f0e-6d7a3a4d2c11", "account": "055-1", "owner": owner });
    let (_, issued) = bank.post_json(&gateway, "/fps-ids", &wanted).await;
    let (_, merchant) = bank
        .post_json(
            &gateway,
            "/merchants",
            &json!({
                "request_id": "0b8dbd0b-2d9b-4e5b-8a58-0cb0e3c3f5d1", "name_zh": "晨光文具",
                "name_en": "Morning Light Stationery", "category": "5943", "fps_id": issued["proxy"]["id"],
            }),
        )
        .await;
    let places = json!({
        "lionrock": gateway.public(""),
        "residents": [{ "activation_link": resident::register(&gateway) }],
        "merchants": [{ "invitation": merchant["invitation"]["code"] }],
    });
    judges::merchant(&gateway, certificates.path(), &places, &["merchant_certificate.test.js"]);
}

#[tokio::test]
async fn every_answer_to_a_merchant_s_program_is_as_the_description_says() {
    let gateway = Gateway::demo().await;
    judges::city(&gateway, &["merchant_api.test.js"]);
}

/// Registers the client with a key of its own.
fn register(gateway: &Gateway) -> Ed25519KeyPair {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let key = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
    let public = URL_SAFE_NO_PAD.encode(key.public_key());
    let metadata = json!({
        "client_id": CLIENT, "profile": "oidc", "client_name": "City Pool", "client_name#zh-Hant": "城市泳池",
        "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "private_key_jwt", "scope": "openid profile",
        "jwks": { "keys": [{
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "1", "x": public,
        }] },
    });
    let file = gateway.folder().join("client.json");
    std::fs::write(&file, metadata.to_string()).unwrap();
    gateway.run(&["client", "add", file.to_str().unwrap()]);
    key
}

/// A client assertion (RFC 7523, section 3).
#[allow(clippy::disallowed_methods)] // a relying party has its own clock and randomness
fn assertion(key: &Ed25519KeyPair, audience: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let identifier = uuid::Uuid::new_v4().to_string();
    let header = json!({ "alg": "EdDSA", "kid": "1" });
    let claims = json!({
        "iss": CLIENT, "sub": CLIENT, "aud": audience, "jti": identifier, "iat": now, "exp": now + 60,
    });
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let input = format!("{}.{}", encode(&header), encode(&claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(input.as_bytes()));
    format!("{input}.{signature}")
}

/// How the library reaches the network.
async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = client.execute(request.try_into()?).await?;
    let mut response = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    Ok(response.body(answer.bytes().await?.to_vec()).unwrap())
}
