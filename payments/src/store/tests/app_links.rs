//! A participant's link to its app: kept, and audited.

use super::books::differences;
use super::*;
use crate::app_link::AppLink;
use crate::clearing::Operation;
use crate::store::audit::Difference;

#[test]
fn a_link_is_known_after_a_start_and_the_log_says_who_set_it() {
    for world in World::each() {
        let switch = world.funded();
        let link: AppLink = "https://bank.example/r/{request_id}".parse().unwrap();
        let set = |link: Option<AppLink>| wait(switch.operate("an officer", bank("012"), Operation::SetAppLink(link)));
        let first = set(Some(link.clone())).unwrap();
        assert_eq!(set(Some(link.clone())).unwrap(), first, "the same again leaves no event");
        assert_eq!(world.open().known_participant(bank("012")).unwrap().app_link, Some(link));
        let events = switch.events(None, 1).unwrap();
        assert_eq!((events[0].sequence, events[0].actor.as_str()), (first, "an officer"));

        switch.stop();
        world.assert_exact();
        let altered = "UPDATE participant SET app_link = 'https://other.example/{request_id}' WHERE clearing_code = 12";
        assert!(differences(&world, altered).contains(&Difference::Participant(bank("012"))));

        let switch = world.open();
        wait(switch.operate("an officer", bank("012"), Operation::SetAppLink(None))).unwrap();
        assert_eq!(world.open().known_participant(bank("012")).unwrap().app_link, None);
        switch.stop();
        world.assert_exact();
    }
}
