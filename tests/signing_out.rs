//! Signing in by password without JavaScript, and signing out everywhere.

use reqwest::StatusCode;

use crate::support::website::{self, PASSWORD, SETTINGS, USER_NAME, Visitor, Website, claims};
use crate::support::{Gateway, postgres};

const SQLITE: &str = "sqlite:lionrock.db";

#[tokio::test]
async fn who_signs_out_at_one_website_is_signed_out_at_all() {
    let gateway = Gateway::serve_with(SQLITE, SETTINGS, &[]).await;
    website::resident(&gateway);
    let (library, pool) = (Website::open(&gateway, "library").await, Website::open(&gateway, "pool").await);
    let visitor = Visitor::new();
    let at_library = library.sign_in(&gateway, &visitor).await;
    let at_pool = pool.sign_in(&gateway, &visitor).await;

    let left = visitor.get(&library.sign_out_url(&gateway, &at_library)).await;
    assert_eq!((left.status, left.location), (StatusCode::SEE_OTHER, Some(library.at("/bye?state=s1"))));
    for (site, tokens) in [(&library, &at_library), (&pool, &at_pool)] {
        let id_token = claims(tokens["id_token"].as_str().unwrap());
        let told = site.told(1).await.remove(0);
        assert_eq!((&told["sid"], &told["sub"]), (&id_token["sid"], &id_token["sub"]));
        assert!(told["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object(), "{told}");
        assert!(!site.is_active(&gateway, tokens).await);
    }
    let again = visitor.get(&library.sign_in_url(&gateway)).await;
    assert!(again.body.contains("name=\"password\""), "{}", again.body);
    gateway.run(&["audit"]);
}

#[tokio::test]
async fn a_sign_out_that_nobody_can_vouch_for_is_asked_about() {
    let gateway = Gateway::serve_with(SQLITE, SETTINGS, &[]).await;
    website::resident(&gateway);
    let (library, visitor) = (Website::open(&gateway, "library").await, Visitor::new());
    library.sign_in(&gateway, &visitor).await;

    let asked = visitor.get(&gateway.public("/oauth/logout?post_logout_redirect_uri=https://evil.example/")).await;
    assert_eq!((asked.status, asked.location.clone()), (StatusCode::OK, None));
    let forged = visitor.post(&gateway.public("/oauth/logout/confirm"), &[("csrf", "guessed")]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let still = visitor.get(&library.sign_in_url(&gateway)).await;
    assert_eq!(still.status, StatusCode::SEE_OTHER, "still signed in, and agreed before");

    let confirmed = visitor.post(&gateway.public("/oauth/logout/confirm"), &[("csrf", &asked.field("csrf"))]).await;
    assert_eq!(confirmed.location.as_deref(), Some("/oauth/logout/done"));
    assert!(visitor.get(&library.sign_in_url(&gateway)).await.body.contains("name=\"password\""));
}

#[tokio::test]
async fn passwords_are_guessed_slowly_at_every_gateway_of_a_database() {
    let database = postgres();
    let gateway = Gateway::serve_with(&database.url, SETTINGS, &[]).await;
    website::resident(&gateway);
    let (library, visitor) = (Website::open(&gateway, "library").await, Visitor::new());
    let interaction = visitor.get(&library.sign_in_url(&gateway)).await.field("interaction");
    let url = gateway.public("/oauth/authorize/password");
    let typed = |password| [("interaction", interaction.as_str()), ("user_name", USER_NAME), ("password", password)];
    for _ in 0..5 {
        let refused = visitor.post(&url, &typed("guess")).await;
        assert_eq!(refused.status, StatusCode::OK);
        assert!(refused.body.contains("id=\"password-err\"") && !refused.body.contains("guess"), "{}", refused.body);
    }
    let refused = visitor.post(&url, &typed(PASSWORD)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let weak = visitor.get(&gateway.public("/me")).await;
    assert_eq!(weak.location.as_deref(), Some("/sign-in"));
}

#[tokio::test]
async fn a_password_does_not_open_the_residents_own_page() {
    let gateway = Gateway::serve_with(SQLITE, SETTINGS, &[]).await;
    website::resident(&gateway);
    let (library, visitor) = (Website::open(&gateway, "library").await, Visitor::new());
    library.sign_in(&gateway, &visitor).await;
    let answer = visitor.get(&gateway.public("/me")).await;
    assert_eq!(answer.location.as_deref(), Some("/sign-in"), "a passkey could be made there");
    let page = visitor.get(&gateway.public("/sign-in")).await;
    assert!(page.body.contains("data-passkey=\"get\""), "and signing in is asked for: {}", page.body);
}
