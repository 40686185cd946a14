//! The transcript of the session that exists from the start.

use super::item::{ENDED, Item, Participant};
use crate::fixtures::{ENDED_INITIAL_CONTACT_ID as FIRST, ENDED_LATEST_CONTACT_ID as LAST};

/// The past transcript of a session that continues this contact.
pub(crate) fn transcript(contact: &str) -> Vec<Item> {
    let (jane, agent) = (Participant::customer("seeded", "Jane"), Participant::agent("Alex"));
    let say = |contact, sender, text| Item::message(contact, sender, "text/plain", text);
    let mut items = vec![
        say(FIRST, &jane, "My parcel has not come."),
        say(FIRST, &agent, "I am asking the depot."),
        say(LAST, &agent, "It will come tomorrow morning."),
        say(LAST, &jane, "Thank you!"),
        Item::event(LAST, &agent, ENDED),
    ];
    let last = items.iter().rposition(|item| item.contact_id.as_deref() == Some(contact));
    items.truncate(last.map_or(0, |last| last + 1));
    for (minute, item) in items.iter_mut().enumerate() {
        item.id = format!("seeded-{minute}");
        item.absolute_time = format!("2023-11-14T22:{:02}:00.000Z", 20 + 3 * minute);
    }
    items.into_iter().map(Item::of_the_past).collect()
}
