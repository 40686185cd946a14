//! The contacts that exist from the start.

use super::contact::Contact;
use crate::fixtures::{
    CUSTOMER_ID, ENDED_INITIAL_CONTACT_ID, ENDED_LATEST_CONTACT_ID, OTHER_CUSTOMER_ID,
    OTHER_CUSTOMERS_CONTACT_ID, OWNERLESS_CONTACT_ID, RUNNING_CONTACT_ID, VOICE_CONTACT_ID,
};

/// The contacts of [`crate::fixtures`].
pub(crate) fn contacts() -> Vec<Contact> {
    vec![
        Contact::chat(ENDED_INITIAL_CONTACT_ID).customer(CUSTOMER_ID).ended_at(1_700_000_600),
        Contact::chat(ENDED_LATEST_CONTACT_ID)
            .customer(CUSTOMER_ID)
            .continuing(ENDED_INITIAL_CONTACT_ID, ENDED_INITIAL_CONTACT_ID)
            .ended_at(1_700_001_200),
        Contact::chat(RUNNING_CONTACT_ID).customer(CUSTOMER_ID),
        Contact::chat(OTHER_CUSTOMERS_CONTACT_ID)
            .customer(OTHER_CUSTOMER_ID)
            .ended_at(1_700_000_600),
        Contact::chat(OWNERLESS_CONTACT_ID).ended_at(1_700_000_600),
        Contact::chat(VOICE_CONTACT_ID)
            .customer(CUSTOMER_ID)
            .channel("VOICE")
            .ended_at(1_700_000_600),
    ]
}
