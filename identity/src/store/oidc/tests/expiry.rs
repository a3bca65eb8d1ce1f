//! Tables do not grow without bound.

use super::*;

#[test]
fn what_has_expired_is_deleted_in_batches_and_nothing_else() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let uri = shop.redirect_uri();
        let tokens = world.redeem(&shop, &world.code(&shop, &[], &ours), &[], NOW).unwrap();
        for _ in 0..5 {
            let request = world.request(&shop, &good(&shop, &uri), NOW);
            world.identity.push_authorization_request(&request, NOW).unwrap();
            sign_in_page(world.begin(&shop, &[], None));
        }
        assert_eq!(world.identity.expire_authorizations(NOW + Duration::from_secs(59), 2).unwrap(), 0);
        world.userinfo(&tokens.access_token, NOW).unwrap();
        let later = NOW + Duration::from_mins(17);
        let mut deleted = Vec::new();
        while deleted.last() != Some(&0) {
            deleted.push(world.identity.expire_authorizations(later, 2).unwrap());
        }
        // Six assertions and five pushed requests, if not in memory; five interactions, one grant with its first access token.
        assert_eq!(deleted.iter().sum::<usize>(), if world.is_alone { 6 } else { 17 });
        assert!(deleted.iter().all(|batch| *batch <= 10), "{deleted:?}");
    });
}
