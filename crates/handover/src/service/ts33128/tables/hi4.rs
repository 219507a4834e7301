//! Types of the notification that TS 102 232-1 has beside that of TS 33.128.
//!
//! Per field: tag number, name, type. Data alone; `walk` gives it meaning.
//!
//! Rules: TS 102 232-1 (`HI4Notification`); TS 103 280 (`TargetIdentifierFormat`).
use super::*;

choice! {
    HI4Notification {
        1 liActivated HI4LINotification; 2 liDeactivated HI4LINotification;
        3 liModified HI4LINotification;
    }
    HI4TargetIdentifier { 1 targetIdentifierFormat TargetIdentifierFormat; }
}

sequence! {
    HI4LINotification {
        1 activationTime Time; 2 deactivationTime Time; 3 targetIdentifiers ListOfHI4Target;
        4 serviceType DictionaryEntry; 5 targetIdentifierSubtype DictionaryEntry;
        6 interceptType InterceptType; 7 ownerIdentifier Text; 8 authorizationReference Text;
    }
    TargetIdentifierFormat { 1 formatOwner Text; 2 formatName Text; 3 targetValue Text; }
    DictionaryEntry { 1 owner Text; 2 name Text; 3 value Text; }
}

list! {
    ListOfHI4Target HI4TargetIdentifier;
}

words! {
    InterceptType { 1 iriAndCc; 2 iriOnly; 3 ccOnly; }
}
