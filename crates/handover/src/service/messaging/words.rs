//! Words of the enumerations of messaging, by number; an empty word is a number left free.
//!
//! Rules: TS 102 232-2 annex A (`MessagingIRI`).

pub(super) const SYSTEMS: [&str; 2] = ["", "unified-messaging"];

pub(super) const MESSAGE_EVENTS: [&str; 8] =
    ["", "deposit", "retrieve", "delete", "save", "slamdown", "calendar", "contact"];

pub(super) const BOX_EVENTS: [&str; 32] = [
    "unknown",
    "login",
    "logout",
    "lock",
    "unlock",
    "activate",
    "deactivate",
    "delete",
    "pin-change",
    "greeting-record",
    "greeting-change",
    "greeting-delete",
    "greeting-enable",
    "greeting-disable",
    "notification-enable",
    "notification-disable",
    "disconnect",
    "connect",
    "greeting-play",
    "language-change",
    "pin-security-enable",
    "pin-security-disable",
    "personal-operator-add",
    "personal-operator-change",
    "personal-operator-remove",
    "additional-destination-add",
    "additional-destination-change",
    "additional-destination-remove",
    "auto-play-enable",
    "auto-play-disable",
    "header-play-enable",
    "header-play-disable",
];

pub(super) const NOTIFICATION_EVENTS: [&str; 9] = [
    "",
    "sms",
    "sms-deposit",
    "sms-slamdown",
    "sms-pin-reminder",
    "email",
    "fax-to-email",
    "mms",
    "generic",
];

pub(super) const CALL_EVENTS: [&str; 2] = ["", "callout"];

pub(super) const STATUSES: [&str; 7] = [
    "unknown",
    "not-applicable",
    "operation-failed",
    "operation-succeeded",
    "operation-cancelled",
    "operation-started",
    "operation-lost",
];

pub(super) const TRIGGERS: [&str; 5] =
    ["unknown", "user", "user-agent", "system", "system-operator"];

pub(super) const VALIDITIES: [&str; 3] = ["unknown", "trusted", "untrusted"];

pub(super) const COPIES: [&str; 4] = ["unknown", "none", "cc", "bcc"];

pub(super) const PRIORITIES: [&str; 5] = ["", "low", "medium", "high", "private"];

pub(super) const GREETINGS: [&str; 6] = ["", "general", "name", "personal", "absence", "number"];

pub(super) const NOTIFICATIONS: [&str; 13] = [
    "",
    "empty-call",
    "lost-call",
    "message-to-email",
    "read-report",
    "delivery-report",
    "allow-delivery-report",
    "deny-delivery-report",
    "message-wait-indication",
    "voice-to-text",
    "new-message-sms",
    "new-message-outcall",
    "new-message-reminder",
];

pub(super) const MESSAGE_STATUSES: [&str; 11] = [
    "indeterminate",
    "expired",
    "retrieved",
    "rejected",
    "deferred",
    "forwarded",
    "unrecognized",
    "unreachable",
    "read",
    "deleted-without-being-read",
    "delivery-condition-not-met",
];

pub(super) const REPORTS: [&str; 4] = ["none", "delivery", "read", "delivery-and-read"];
