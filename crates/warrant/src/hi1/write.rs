//! From a typed message to XML, in the schema's order.
//!
//! Promises: what is written has the schema's structure and holds no character that XML cannot;
//! every text is escaped.
//!
//! Rules: TS 103 120 clauses 6 to 8; schema V1.15.1.
use super::error::ErrorInformation;
use super::message::{Action, ActionRequest, ActionResponse, Header, Message, Outcome, Payload};
use super::object::{
    Authorisation, Body, Common, Contents, Destination, Document, Notification, Object, Task,
};
use super::value::{
    Address, Approval, EndpointId, Entry, TargetValue, Timespan, is_ipv4, time_text,
};
use super::xml::SPACES;
use lacre_term::{Micros, hex};

/// XML being written. Names bear the prefixes of [`SPACES`].
struct Writer {
    out: String,
    depth: usize,
}

impl Writer {
    fn line(&mut self, text: &str) {
        self.out.extend(std::iter::repeat_n("  ", self.depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn within(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        self.typed(name, "", write);
    }

    fn typed(&mut self, name: &str, attributes: &str, write: impl FnOnce(&mut Self)) {
        self.line(&format!("<{name}{attributes}>"));
        self.depth = self.depth.saturating_add(1);
        write(self);
        self.depth = self.depth.saturating_sub(1);
        self.line(&format!("</{name}>"));
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.line(&format!("<{name}>{}</{name}>", escaped(text)));
    }

    fn maybe(&mut self, name: &str, text: Option<&String>) {
        if let Some(text) = text {
            self.leaf(name, text);
        }
    }

    fn moment(&mut self, name: &str, at: Option<Micros>) {
        if let Some(at) = at {
            self.leaf(name, &time_text(at));
        }
    }

    fn truth(&mut self, name: &str, it: Option<bool>) {
        if let Some(it) = it {
            self.leaf(name, if it { "true" } else { "false" });
        }
    }

    fn entry(&mut self, name: &str, entry: Option<&Entry>) {
        let Some(entry) = entry else { return };
        self.within(name, |w| {
            w.leaf("common:Owner", &entry.owner);
            w.leaf("common:Name", &entry.name);
            w.leaf("common:Value", &entry.value);
        });
    }

    fn entries(&mut self, list: &str, name: &str, entries: &[Entry]) {
        if !entries.is_empty() {
            self.within(list, |w| entries.iter().for_each(|it| w.entry(name, Some(it))));
        }
    }

    fn endpoint(&mut self, name: &str, id: &EndpointId) {
        self.within(name, |w| {
            w.leaf("CountryCode", &id.country);
            w.leaf("UniqueIdentifier", &id.identifier);
        });
    }

    fn span(&mut self, name: &str, prefix: &str, span: Option<Timespan>) {
        let Some(span) = span else { return };
        self.within(name, |w| {
            w.moment(&format!("{prefix}:StartTime"), span.start);
            w.moment(&format!("{prefix}:EndTime"), span.end);
        });
    }

    fn approvals(&mut self, name: &str, approvals: &[Approval]) {
        for approval in approvals {
            self.within(name, |w| write_approval(w, approval));
        }
    }
}

/// Text that an element can hold: what XML cannot hold becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Kept from being read as a line's end.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

pub(super) fn message(message: &Message) -> Vec<u8> {
    let mut w = Writer { out: String::new(), depth: 0 };
    w.line(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
    let mut attributes = String::new();
    for (_, prefix, uri) in SPACES.iter().take(7) {
        let colon = if prefix.is_empty() { "" } else { ":" };
        attributes.push_str(&format!(r#" xmlns{colon}{prefix}="{uri}""#));
    }
    attributes.push_str(r#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#);
    w.typed("HI1Message", &attributes, |w| {
        w.within("Header", |w| header(w, &message.header));
        w.within("Payload", |w| payload(w, &message.payload));
    });
    w.out.into_bytes()
}

fn header(w: &mut Writer, header: &Header) {
    w.endpoint("SenderIdentifier", &header.sender);
    w.endpoint("ReceiverIdentifier", &header.receiver);
    w.leaf("TransactionIdentifier", &header.transaction.to_string());
    w.leaf("Timestamp", &header.at.rfc3339());
    w.within("Version", |w| {
        w.leaf("ETSIVersion", &header.version);
        w.leaf("NationalProfileOwner", &header.profile_owner);
        w.leaf("NationalProfileVersion", &header.profile_version);
    });
}

fn payload(w: &mut Writer, payload: &Payload) {
    match payload {
        Payload::Requests(requests) => w.within("RequestPayload", |w| {
            w.within("ActionRequests", |w| requests.iter().for_each(|it| request(w, it)));
        }),
        Payload::Responses(responses) => w.within("ResponsePayload", |w| {
            w.within("ActionResponses", |w| responses.iter().for_each(|it| response(w, it)));
        }),
        Payload::Refused(error) => w.within("ResponsePayload", |w| information(w, error)),
    }
}

fn information(w: &mut Writer, error: &ErrorInformation) {
    w.within("ErrorInformation", |w| {
        w.leaf("ErrorCode", &error.code.to_string());
        w.leaf("ErrorDescription", &error.description);
    });
}

fn request(w: &mut Writer, request: &ActionRequest) {
    w.within("ActionRequest", |w| {
        w.leaf("ActionIdentifier", &request.id.to_string());
        match &request.action {
            Action::Get(id) => w.within("GET", |w| w.leaf("Identifier", &id.to_string())),
            Action::Create(it) => w.within("CREATE", |w| object(w, it)),
            Action::Update(it) => w.within("UPDATE", |w| object(w, it)),
            Action::List { object_type, since } => w.within("LIST", |w| {
                w.entry("ObjectType", object_type.as_ref());
                w.moment("LastChanged", *since);
            }),
            Action::Deliver { id, object: it } => w.within("DELIVER", |w| {
                w.leaf("Identifier", &id.to_string());
                object(w, it);
            }),
        }
    });
}

fn response(w: &mut Writer, response: &ActionResponse) {
    w.within("ActionResponse", |w| {
        w.leaf("ActionIdentifier", &response.id.to_string());
        match &response.outcome {
            Outcome::Got(it) => w.within("GETResponse", |w| object(w, it)),
            Outcome::Created(id, it) | Outcome::Updated(id, it) => {
                let created = matches!(&response.outcome, Outcome::Created(..));
                let name = if created { "CREATEResponse" } else { "UPDATEResponse" };
                w.within(name, |w| {
                    w.leaf("Identifier", &id.to_string());
                    it.iter().for_each(|it| object(w, it));
                });
            }
            Outcome::Listed(records) => w.within("LISTResponse", |w| {
                for record in records {
                    w.within("ListResponseRecord", |w| {
                        w.entry("ObjectType", Some(&record.object_type));
                        w.leaf("Identifier", &record.common.id.to_string());
                        common(w, &Common { associated: None, ..record.common.clone() });
                    });
                }
            }),
            Outcome::Delivered(id) => {
                w.within("DELIVERResponse", |w| w.leaf("Identifier", &id.to_string()));
            }
            Outcome::Refused(error) => information(w, error),
        }
    });
}

/// The common fields after the identifier.
fn common(w: &mut Writer, it: &Common) {
    w.maybe("CountryCode", it.country.as_ref());
    w.maybe("OwnerIdentifier", it.owner.as_ref());
    w.maybe("Generation", it.generation.map(|it| it.to_string()).as_ref());
    w.maybe("ExternalIdentifier", it.external.as_ref());
    if let Some(associated) = &it.associated {
        w.within("AssociatedObjects", |w| {
            associated.iter().for_each(|id| w.leaf("AssociatedObject", &id.to_string()));
        });
    }
    w.moment("LastChanged", it.last_changed);
}

fn object(w: &mut Writer, object: &Object) {
    let kind = match &object.body {
        Body::Authorisation(_) => "auth:AuthorisationObject",
        Body::Document(_) => "doc:DocumentObject",
        Body::Task(_) => "task:LITaskObject",
        Body::Notification(_) => "notif:NotificationObject",
        // Never kept, so never told; a reader of it is told that it is none of these.
        Body::Unsupported { .. } => return,
    };
    w.typed("HI1Object", &format!(r#" xsi:type="{kind}""#), |w| {
        w.leaf("ObjectIdentifier", &object.common.id.to_string());
        common(w, &object.common);
        match &object.body {
            Body::Authorisation(it) => authorisation(w, it),
            Body::Document(it) => document(w, it),
            Body::Task(it) => task(w, it),
            Body::Notification(it) => notification(w, it),
            Body::Unsupported { .. } => {}
        }
    });
}

fn authorisation(w: &mut Writer, it: &Authorisation) {
    w.maybe("auth:AuthorisationReference", it.reference.as_ref());
    w.entry("auth:AuthorisationLegalType", it.legal_type.as_ref());
    w.entry("auth:AuthorisationPriority", it.priority.as_ref());
    w.entry("auth:AuthorisationStatus", it.status.as_ref());
    w.entry("auth:AuthorisationDesiredStatus", it.desired_status.as_ref());
    w.span("auth:AuthorisationTimespan", "auth", it.timespan);
    if !it.operators.is_empty() {
        w.within("auth:AuthorisationCSPID", |w| {
            it.operators.iter().for_each(|id| w.endpoint("auth:CSPID", id));
        });
    }
    w.moment("auth:AuthorisationCreationTimestamp", it.created_at);
    w.moment("auth:AuthorisationServedTimestamp", it.served_at);
    w.moment("auth:AuthorisationTerminationTimestamp", it.terminated_at);
    w.approvals("auth:AuthorisationApprovalDetails", &it.approvals);
    w.entries("auth:AuthorisationFlags", "auth:AuthorisationFlag", &it.flags);
    w.maybe("auth:AuthorisationManualInformation", it.manual_information.as_ref());
    w.maybe("auth:AuthorisationJurisdiction", it.jurisdiction.as_ref());
    w.entry("auth:AuthorisationTypeOfCase", it.type_of_case.as_ref());
    w.maybe("auth:AuthorisationLegalEntity", it.legal_entity.as_ref());
}

fn document(w: &mut Writer, it: &Document) {
    w.maybe("doc:DocumentReference", it.reference.as_ref());
    w.maybe("doc:DocumentName", it.name.as_ref());
    w.entry("doc:DocumentStatus", it.status.as_ref());
    w.entry("doc:DocumentDesiredStatus", it.desired_status.as_ref());
    w.span("doc:DocumentTimespan", "doc", it.timespan);
    w.entry("doc:DocumentType", it.kind.as_ref());
    if !it.properties.is_empty() {
        w.within("doc:DocumentProperties", |w| {
            for property in &it.properties {
                w.within("doc:DocumentProperty", |w| {
                    w.entry("doc:PropertyType", Some(&property.kind));
                    w.leaf("doc:PropertyValue", &property.value);
                });
            }
        });
    }
    if let Some(body) = &it.contents {
        w.within("doc:DocumentBody", |w| contents(w, body));
    }
    w.approvals("doc:DocumentSignature", &it.signatures);
}

fn contents(w: &mut Writer, it: &Contents) {
    if let Some(octets) = &it.octets {
        w.leaf("doc:Contents", &hex::base64(octets));
    }
    w.maybe("doc:ContentType", it.media_type.as_ref());
    match (&it.checksum, &it.sha256) {
        (Some(checksum), _) => {
            w.leaf("doc:Checksum", checksum);
            w.maybe("doc:ChecksumType", it.checksum_kind.as_ref());
        }
        (None, Some(sha256)) => {
            w.leaf("doc:Checksum", &sha256.to_hex());
            w.leaf("doc:ChecksumType", "SHA-256");
        }
        (None, None) => {}
    }
}

fn task(w: &mut Writer, it: &Task) {
    w.maybe("task:Reference", it.reference.as_ref());
    w.entry("task:Status", it.status.as_ref());
    w.entry("task:DesiredStatus", it.desired_status.as_ref());
    let span = it.timespan.unwrap_or_default();
    let times = [
        ("task:StartTime", span.start),
        ("task:EndTime", span.end),
        ("task:TerminationTime", it.termination),
        ("task:ProvisioningTime", it.provisioned_at),
        ("task:DeprovisioningTime", it.deprovisioned_at),
    ];
    if times.iter().any(|(_, at)| at.is_some()) {
        w.within("task:Timespan", |w| times.iter().for_each(|(name, at)| w.moment(name, *at)));
    }
    if !it.targets.is_empty() || it.service.is_some() {
        w.within("task:TargetIdentifier", |w| {
            if !it.targets.is_empty() {
                w.within("task:TargetIdentifierValues", |w| {
                    it.targets.iter().for_each(|target| write_target(w, target));
                });
            }
            w.entry("task:ServiceType", it.service.as_ref());
        });
    }
    w.entry("task:DeliveryType", it.delivery_type.as_ref());
    if !it.destinations.is_empty() {
        w.within("task:DeliveryDetails", |w| {
            it.destinations.iter().for_each(|it| destination(w, it));
        });
    }
    w.approvals("task:ApprovalDetails", &it.approvals);
    it.operator.iter().for_each(|id| w.endpoint("task:CSPID", id));
    w.entry("task:HandlingProfile", it.handling.as_ref());
    w.entries("task:Flags", "task:TaskFlag", &it.flags);
}

fn write_target(w: &mut Writer, target: &TargetValue) {
    w.within("task:TargetIdentifierValue", |w| {
        w.within("task:FormatType", |w| {
            w.leaf("task:FormatOwner", &target.owner);
            w.leaf("task:FormatName", &target.format);
        });
        w.leaf("task:Value", &target.value);
    });
}

fn destination(w: &mut Writer, it: &Destination) {
    w.within("task:DeliveryDestination", |w| {
        if let Some(address) = &it.address {
            w.within("task:DeliveryAddress", |w| write_address(w, address));
        }
        w.entry("task:IRIorCC", it.product.as_ref());
        w.entry("task:HandoverFormat", it.format.as_ref());
        w.entry("task:DeliveryProfile", it.profile.as_ref());
    });
}

fn write_address(w: &mut Writer, address: &Address) {
    match address {
        Address::Text { form, value } => w.leaf(&format!("task:{form}"), value),
        Address::Endpoint { endpoint } => w.endpoint("task:EndpointID", endpoint),
        Address::Port { address, udp, start, end } => {
            let outer =
                if end.is_some() { "task:IPAddressPortRange" } else { "task:IPAddressPort" };
            let kind = if *udp { "etsi:UDPPort" } else { "etsi:TCPPort" };
            let version = if is_ipv4(address) { "etsi:IPv4Address" } else { "etsi:IPv6Address" };
            w.within(outer, |w| {
                w.within("etsi:address", |w| w.leaf(version, address));
                match end {
                    None => w.within("etsi:port", |w| w.leaf(kind, &start.to_string())),
                    Some(end) => w.within("etsi:portRange", |w| {
                        w.within(&format!("{kind}Range"), |w| {
                            w.leaf("etsi:start", &start.to_string());
                            w.leaf("etsi:end", &end.to_string());
                        });
                    }),
                }
            });
        }
    }
}

fn notification(w: &mut Writer, it: &Notification) {
    w.maybe("notif:NotificationDetails", it.details.as_ref());
    w.entry("notif:NotificationType", it.kind.as_ref());
    w.truth("notif:NewNotification", it.is_new);
    w.moment("notif:NotificationTimestamp", it.at);
    if !it.statuses.is_empty() {
        w.within("notif:StatusOfAssociatedObjects", |w| {
            for status in &it.statuses {
                w.within("notif:AssociatedObjectStatus", |w| {
                    w.leaf("notif:AssociatedObject", &status.object.to_string());
                    w.entry("notif:Status", Some(&status.status));
                    w.maybe("notif:Details", status.details.as_ref());
                });
            }
        });
    }
}

fn write_approval(w: &mut Writer, it: &Approval) {
    w.maybe("common:ApprovalType", it.kind.as_ref());
    w.maybe("common:ApprovalDescription", it.description.as_ref());
    w.maybe("common:ApprovalReference", it.reference.as_ref());
    if let Some(approver) = &it.approver {
        w.within("common:ApproverDetails", |w| {
            w.maybe("common:ApproverName", approver.name.as_ref());
            w.maybe("common:ApproverRole", approver.role.as_ref());
            for contact in &approver.contacts {
                w.within("common:ApproverContactDetails", |w| {
                    w.maybe("common:ApproverAlternateName", contact.name.as_ref());
                    w.maybe("common:ApproverEmailAddress", contact.email.as_ref());
                    w.maybe("common:ApproverPhoneNumber", contact.phone.as_ref());
                });
            }
        });
    }
    w.moment("common:ApprovalTimestamp", it.at);
    w.truth("common:ApprovalIsEmergency", it.emergency);
}
