//! From a tree to a typed message, element by element in the schema's order.
//!
//! Rules: TS 103 120 clauses 6 to 8; schemas V1.12.1 to V1.15.1.
use super::error::{ErrorInformation, ReadError};
use super::message::{Action, ActionRequest, ActionResponse, Header, Message, Outcome, Payload};
use super::object::{
    Authorisation, Body, Common, Contents, Destination, Document, ListRecord, Notification, Object,
    ObjectStatus, Property, Task,
};
use super::value::{Address, LONG, SHORT, TargetValue, Timespan, is_ipv4, is_ipv6};
use super::xml::{Element, Fields, Space, leaf};
use super::{ACTIONS_MAX, MESSAGE_OCTETS_MAX};
use lacre_term::{Micros, hex};

mod values;
use values::{
    approvals, country, endpoint, entries, entry, moment, number, odd, span, truth, unsupported,
    uuid,
};

type Read<T> = Result<T, ReadError>;
use Space::{Authorisation as A, Core, Document as D, Notification as N, Task as T};

pub(super) fn message(root: &Element) -> Read<Message> {
    if (root.space, root.name.as_str()) != (Core, "HI1Message") {
        return Err(ReadError::structure(&root.name, "is no HI1Message of TS 103 120"));
    }
    let mut fields = Fields::of(root)?;
    let header = header(fields.must(Core, "Header")?)?;
    let payload = payload(fields.must(Core, "Payload")?)?;
    // The mutual TLS of the connection says who sends; a signature is kept by nobody.
    let _discouraged = fields.maybe(Core, "Signature");
    let _unverified = fields.maybe(Space::Signature, "Signature");
    fields.end()?;
    Ok(Message { header, payload })
}

/// The header of a message whose payload may break the schema.
pub(super) fn header_of(root: &Element) -> Option<Header> {
    let mut fields = Fields::of(root).ok()?;
    header(fields.maybe(Core, "Header")?).ok()
}

fn header(element: &Element) -> Read<Header> {
    let mut fields = Fields::of(element)?;
    let sender = endpoint(fields.must(Core, "SenderIdentifier")?)?;
    let receiver = endpoint(fields.must(Core, "ReceiverIdentifier")?)?;
    let transaction = uuid(fields.must(Core, "TransactionIdentifier")?)?;
    let stamp = fields.must(Core, "Timestamp")?;
    let text = leaf(stamp, SHORT)?;
    let text = text.trim();
    let micros = text.get(19..20) == Some(".")
        && text.get(20..26).is_some_and(|it| it.bytes().all(|c| c.is_ascii_digit()))
        && text.get(26..27).is_some_and(|it| matches!(it, "Z" | "+" | "-"));
    let at = Micros::parse_rfc3339(text)
        .filter(|_| micros)
        .ok_or_else(|| odd(stamp, "a moment with six fraction digits and an offset"))?;
    let versions = fields.must(Core, "Version")?;
    fields.end()?;
    let mut fields = Fields::of(versions)?;
    let element = fields.must(Core, "ETSIVersion")?;
    let version = leaf(element, SHORT)?;
    let numbers: Vec<&str> = version.strip_prefix('V').unwrap_or_default().split('.').collect();
    let number = |it: &&str| !it.is_empty() && it.bytes().all(|c| c.is_ascii_digit());
    if numbers.len() != 3 || !numbers.iter().all(number) {
        return Err(odd(element, "a version such as V1.15.1"));
    }
    let profile_owner = leaf(fields.must(Core, "NationalProfileOwner")?, SHORT)?;
    let profile_version = leaf(fields.must(Core, "NationalProfileVersion")?, SHORT)?;
    fields.end()?;
    Ok(Header { sender, receiver, transaction, at, version, profile_owner, profile_version })
}

fn payload(element: &Element) -> Read<Payload> {
    let mut fields = Fields::of(element)?;
    let payload = if let Some(request) = fields.maybe(Core, "RequestPayload") {
        let mut fields = Fields::of(request)?;
        let actions = numbered(fields.must(Core, "ActionRequests")?, "ActionRequest")?;
        fields.end()?;
        let request = |(id, of): (u64, &Element)| Ok(ActionRequest { id, action: action(of)? });
        Payload::Requests(actions.into_iter().map(request).collect::<Read<_>>()?)
    } else {
        let mut fields = Fields::of(fields.must(Core, "ResponsePayload")?)?;
        let payload = if let Some(error) = fields.maybe(Core, "ErrorInformation") {
            Payload::Refused(information(error)?)
        } else {
            let actions = numbered(fields.must(Core, "ActionResponses")?, "ActionResponse")?;
            let response =
                |(id, of): (u64, &Element)| Ok(ActionResponse { id, outcome: outcome(of)? });
            Payload::Responses(actions.into_iter().map(response).collect::<Read<_>>()?)
        };
        fields.end()?;
        payload
    };
    fields.end()?;
    Ok(payload)
}

/// The children `name` of a list of actions: each its number, and the one thing it says.
fn numbered<'e>(list: &'e Element, name: &str) -> Read<Vec<(u64, &'e Element)>> {
    let mut fields = Fields::of(list)?;
    let every = fields.every(Core, name);
    fields.end()?;
    if every.len() > ACTIONS_MAX {
        return Err(ReadError::too_many_actions());
    }
    if every.is_empty() {
        return Err(ReadError::structure(&list.name, format!("{name} is missing")));
    }
    let one = |element: &'e Element| {
        let mut fields = Fields::of(element)?;
        let id = number(fields.must(Core, "ActionIdentifier")?)?;
        match fields.skip() {
            [only] if only.space == Core => Ok((id, only)),
            _ => Err(ReadError::structure(name, "says not exactly one thing")),
        }
    };
    every.into_iter().map(one).collect()
}

fn action(element: &Element) -> Read<Action> {
    let mut fields = Fields::of(element)?;
    let action = match element.name.as_str() {
        "GET" => Action::Get(uuid(fields.must(Core, "Identifier")?)?),
        "CREATE" => Action::Create(Box::new(object(fields.must(Core, "HI1Object")?)?)),
        "UPDATE" => Action::Update(Box::new(object(fields.must(Core, "HI1Object")?)?)),
        "LIST" => Action::List {
            object_type: fields.maybe(Core, "ObjectType").map(entry).transpose()?,
            since: moment(fields.maybe(Core, "LastChanged"))?,
        },
        "DELIVER" => {
            let id = uuid(fields.must(Core, "Identifier")?)?;
            let object = object(fields.must(Core, "HI1Object")?)?;
            Action::Deliver { id, object: Box::new(object) }
        }
        _ => return Err(ReadError::structure(&element.name, "is no action of the schema")),
    };
    fields.end()?;
    Ok(action)
}

fn outcome(element: &Element) -> Read<Outcome> {
    if element.name == "ErrorInformation" {
        return Ok(Outcome::Refused(information(element)?));
    }
    let mut fields = Fields::of(element)?;
    let outcome = match element.name.as_str() {
        "GETResponse" => Outcome::Got(Box::new(object(fields.must(Core, "HI1Object")?)?)),
        "CREATEResponse" | "UPDATEResponse" => {
            let id = uuid(fields.must(Core, "Identifier")?)?;
            let told = fields.maybe(Core, "HI1Object").map(object).transpose()?.map(Box::new);
            if element.name == "CREATEResponse" {
                Outcome::Created(id, told)
            } else {
                Outcome::Updated(id, told)
            }
        }
        "LISTResponse" => {
            let records = fields.every(Core, "ListResponseRecord");
            Outcome::Listed(records.into_iter().map(list_record).collect::<Read<_>>()?)
        }
        "DELIVERResponse" => Outcome::Delivered(uuid(fields.must(Core, "Identifier")?)?),
        _ => return Err(ReadError::structure(&element.name, "is no answer of the schema")),
    };
    fields.end()?;
    Ok(outcome)
}

fn list_record(element: &Element) -> Read<ListRecord> {
    let mut fields = Fields::of(element)?;
    let object_type = entry(fields.must(Core, "ObjectType")?)?;
    let mut common = Common::of(uuid(fields.must(Core, "Identifier")?)?);
    common.country = fields.maybe(Core, "CountryCode").map(country).transpose()?;
    common.owner = fields.text(Core, "OwnerIdentifier", SHORT)?;
    common.generation = Some(number(fields.must(Core, "Generation")?)?);
    common.external = fields.text(Core, "ExternalIdentifier", LONG)?;
    common.last_changed = moment(fields.maybe(Core, "LastChanged"))?;
    fields.end()?;
    Ok(ListRecord { object_type, common })
}

fn information(element: &Element) -> Read<ErrorInformation> {
    let mut fields = Fields::of(element)?;
    let code = number(fields.must(Core, "ErrorCode")?)?;
    let description = leaf(fields.must(Core, "ErrorDescription")?, LONG)?;
    fields.end()?;
    Ok(ErrorInformation { code, description })
}

fn object(element: &Element) -> Read<Object> {
    let mut fields = Fields::of(element)?;
    let mut common = Common::of(uuid(fields.must(Core, "ObjectIdentifier")?)?);
    common.country = fields.maybe(Core, "CountryCode").map(country).transpose()?;
    common.owner = fields.text(Core, "OwnerIdentifier", SHORT)?;
    common.generation = fields.maybe(Core, "Generation").map(number).transpose()?;
    common.external = fields.text(Core, "ExternalIdentifier", LONG)?;
    if let Some(list) = fields.maybe(Core, "AssociatedObjects") {
        let mut fields = Fields::of(list)?;
        let every = fields.every(Core, "AssociatedObject");
        fields.end()?;
        common.associated = Some(every.into_iter().map(uuid).collect::<Read<_>>()?);
    }
    common.last_changed = moment(fields.maybe(Core, "LastChanged"))?;
    let Some((space, name)) = &element.kind else {
        return Err(ReadError::structure("HI1Object", "has no xsi:type"));
    };
    let body = match body(&mut fields, *space, name) {
        Err(ReadError::NotTaken { element }) => {
            fields.skip();
            Body::Unsupported { name: format!("{name} with {element}") }
        }
        read => read?,
    };
    fields.end()?;
    Ok(Object { common, body })
}

fn body(fields: &mut Fields<'_>, space: Space, name: &str) -> Read<Body> {
    unsupported(fields, Core, "NationalHandlingParameters")?;
    Ok(match (space, name) {
        (A, "AuthorisationObject") => Body::Authorisation(Box::new(authorisation(fields)?)),
        (D, "DocumentObject") => Body::Document(Box::new(document(fields)?)),
        (T, "LITaskObject") => Body::Task(Box::new(task(fields)?)),
        (N, "NotificationObject") => Body::Notification(notification(fields)?),
        (T, "LDTaskObject" | "LPTaskObject")
        | (Space::Delivery, "DeliveryObject")
        | (Space::TrafficPolicy, "TrafficPolicyObject" | "TrafficRuleObject") => {
            fields.skip();
            Body::Unsupported { name: name.to_owned() }
        }
        _ => {
            let what = format!("has xsi:type {name}, which the schema does not know");
            return Err(ReadError::structure("HI1Object", what));
        }
    })
}

fn authorisation(fields: &mut Fields<'_>) -> Read<Authorisation> {
    let reference = fields.text(A, "AuthorisationReference", LONG)?;
    let legal_type = fields.maybe(A, "AuthorisationLegalType").map(entry).transpose()?;
    let priority = fields.maybe(A, "AuthorisationPriority").map(entry).transpose()?;
    let status = fields.maybe(A, "AuthorisationStatus").map(entry).transpose()?;
    let desired_status = fields.maybe(A, "AuthorisationDesiredStatus").map(entry).transpose()?;
    let timespan = span(fields.maybe(A, "AuthorisationTimespan"), A)?;
    let operators = match fields.maybe(A, "AuthorisationCSPID") {
        None => Vec::new(),
        Some(list) => {
            let mut fields = Fields::of(list)?;
            let every = fields.every(A, "CSPID");
            fields.end()?;
            every.into_iter().map(endpoint).collect::<Read<_>>()?
        }
    };
    let created_at = moment(fields.maybe(A, "AuthorisationCreationTimestamp"))?;
    let served_at = moment(fields.maybe(A, "AuthorisationServedTimestamp"))?;
    let terminated_at = moment(fields.maybe(A, "AuthorisationTerminationTimestamp"))?;
    let approvals = approvals(fields, A, "AuthorisationApprovalDetails")?;
    unsupported(fields, A, "AuthorisationInvalidReason")?;
    let flags = entries(fields.maybe(A, "AuthorisationFlags"), A, "AuthorisationFlag")?;
    let manual_information = fields.text(A, "AuthorisationManualInformation", LONG)?;
    unsupported(fields, A, "NationalAuthorisationParameters")?;
    let jurisdiction = fields.text(A, "AuthorisationJurisdiction", LONG)?;
    let type_of_case = fields.maybe(A, "AuthorisationTypeOfCase").map(entry).transpose()?;
    let legal_entity = fields.text(A, "AuthorisationLegalEntity", SHORT)?;
    Ok(Authorisation {
        reference,
        legal_type,
        priority,
        status,
        desired_status,
        timespan,
        operators,
        created_at,
        served_at,
        terminated_at,
        approvals,
        flags,
        manual_information,
        jurisdiction,
        type_of_case,
        legal_entity,
    })
}

fn document(fields: &mut Fields<'_>) -> Read<Document> {
    let reference = fields.text(D, "DocumentReference", LONG)?;
    let name = fields.text(D, "DocumentName", LONG)?;
    let status = fields.maybe(D, "DocumentStatus").map(entry).transpose()?;
    let desired_status = fields.maybe(D, "DocumentDesiredStatus").map(entry).transpose()?;
    let timespan = span(fields.maybe(D, "DocumentTimespan"), D)?;
    let kind = fields.maybe(D, "DocumentType").map(entry).transpose()?;
    let mut properties = Vec::new();
    if let Some(list) = fields.maybe(D, "DocumentProperties") {
        let mut fields = Fields::of(list)?;
        for element in fields.every(D, "DocumentProperty") {
            let mut fields = Fields::of(element)?;
            let kind = entry(fields.must(D, "PropertyType")?)?;
            let value = leaf(fields.must(D, "PropertyValue")?, LONG)?;
            fields.end()?;
            properties.push(Property { kind, value });
        }
        fields.end()?;
    }
    let contents = fields.maybe(D, "DocumentBody").map(contents).transpose()?;
    let signatures = approvals(fields, D, "DocumentSignature")?;
    unsupported(fields, D, "DocumentInvalidReason")?;
    unsupported(fields, D, "NationalDocumentParameters")?;
    Ok(Document {
        reference,
        name,
        status,
        desired_status,
        timespan,
        kind,
        properties,
        contents,
        signatures,
    })
}

fn contents(element: &Element) -> Read<Contents> {
    let mut fields = Fields::of(element)?;
    let mut octets = None;
    if let Some(element) = fields.maybe(D, "Contents") {
        let mut text = leaf(element, MESSAGE_OCTETS_MAX)?;
        text.retain(|c| !matches!(c, ' ' | '\t' | '\n' | '\r'));
        let read = hex::from_base64(&text).ok_or_else(|| odd(element, "base64"))?;
        octets = Some(read);
    }
    let media_type = fields.text(D, "ContentType", SHORT)?;
    let checksum = fields.text(D, "Checksum", SHORT)?;
    let checksum_kind = fields.text(D, "ChecksumType", SHORT)?;
    fields.end()?;
    Ok(Contents { octets, sha256: None, media_type, checksum, checksum_kind })
}

fn task(fields: &mut Fields<'_>) -> Read<Task> {
    let mut task = Task::default();
    if let Some(element) = fields.maybe(T, "Reference") {
        let text = leaf(element, SHORT)?;
        super::order::liid(&text).ok_or_else(|| odd(element, "a LIID"))?;
        task.reference = Some(text);
    }
    task.status = fields.maybe(T, "Status").map(entry).transpose()?;
    task.desired_status = fields.maybe(T, "DesiredStatus").map(entry).transpose()?;
    if let Some(times) = fields.maybe(T, "Timespan") {
        let mut fields = Fields::of(times)?;
        let start = moment(fields.maybe(T, "StartTime"))?;
        let end = moment(fields.maybe(T, "EndTime"))?;
        task.timespan = Some(Timespan { start, end });
        task.termination = moment(fields.maybe(T, "TerminationTime"))?;
        task.provisioned_at = moment(fields.maybe(T, "ProvisioningTime"))?;
        task.deprovisioned_at = moment(fields.maybe(T, "DeprovisioningTime"))?;
        fields.end()?;
    }
    if let Some(element) = fields.maybe(T, "TargetIdentifier") {
        let mut fields = Fields::of(element)?;
        if let Some(list) = fields.maybe(T, "TargetIdentifierValues") {
            task.targets = targets(list)?;
        }
        task.service = fields.maybe(T, "ServiceType").map(entry).transpose()?;
        fields.end()?;
    }
    task.delivery_type = fields.maybe(T, "DeliveryType").map(entry).transpose()?;
    if let Some(list) = fields.maybe(T, "DeliveryDetails") {
        let mut fields = Fields::of(list)?;
        let every = fields.every(T, "DeliveryDestination");
        fields.end()?;
        task.destinations = every.into_iter().map(destination).collect::<Read<_>>()?;
    }
    task.approvals = approvals(fields, T, "ApprovalDetails")?;
    task.operator = fields.maybe(T, "CSPID").map(endpoint).transpose()?;
    task.handling = fields.maybe(T, "HandlingProfile").map(entry).transpose()?;
    unsupported(fields, T, "InvalidReason")?;
    task.flags = entries(fields.maybe(T, "Flags"), T, "TaskFlag")?;
    unsupported(fields, T, "NationalLITaskingParameters")?;
    unsupported(fields, T, "ListOfTrafficPolicyReferences")?;
    Ok(task)
}

fn targets(list: &Element) -> Read<Vec<TargetValue>> {
    let mut fields = Fields::of(list)?;
    let every = fields.every(T, "TargetIdentifierValue");
    fields.end()?;
    let one = |element: &Element| {
        let mut fields = Fields::of(element)?;
        let format = fields.must(T, "FormatType")?;
        let value = leaf(fields.must(T, "Value")?, LONG)?;
        fields.end()?;
        let mut fields = Fields::of(format)?;
        let owner = leaf(fields.must(T, "FormatOwner")?, SHORT)?;
        let format = leaf(fields.must(T, "FormatName")?, SHORT)?;
        fields.end()?;
        Ok(TargetValue { owner, format, value })
    };
    every.into_iter().map(one).collect()
}

fn destination(element: &Element) -> Read<Destination> {
    let mut fields = Fields::of(element)?;
    let address = fields.maybe(T, "DeliveryAddress").map(address).transpose()?;
    unsupported(&mut fields, T, "EncryptionDetails")?;
    let product = fields.maybe(T, "IRIorCC").map(entry).transpose()?;
    let format = fields.maybe(T, "HandoverFormat").map(entry).transpose()?;
    let profile = fields.maybe(T, "DeliveryProfile").map(entry).transpose()?;
    unsupported(&mut fields, T, "NationalDeliveryParameters")?;
    fields.end()?;
    Ok(Destination { address, product, format, profile })
}

fn address(element: &Element) -> Read<Address> {
    let [only] = element.children.as_slice() else {
        return Err(odd(element, "exactly one form of address"));
    };
    if only.space != T {
        return Err(odd(element, "an address of the schema"));
    }
    let value = match only.name.as_str() {
        "EndpointID" => return Ok(Address::Endpoint { endpoint: endpoint(only)? }),
        "IPAddressPort" | "IPAddressPortRange" => return port(only),
        _ => leaf(only, LONG)?,
    };
    let sound = match only.name.as_str() {
        "IPv4Address" => is_ipv4(&value),
        "IPv6Address" => is_ipv6(&value),
        "E164Number" => value.len() <= 15 && value.bytes().all(|c| c.is_ascii_digit()),
        "FTPAddress" | "URL" | "FQDN" | "EmailAddress" | "DeliveryInformationID" => true,
        _ => return Err(odd(element, "an address of the schema")),
    };
    if sound && !value.is_empty() {
        Ok(Address::Text { form: only.name.clone(), value })
    } else {
        Err(odd(only, "what its name says"))
    }
}

fn port(element: &Element) -> Read<Address> {
    use Space::Types as E;
    let number = |element: &Element| {
        leaf(element, SHORT)?.trim().parse::<u16>().map_err(|_| odd(element, "a port"))
    };
    let mut fields = Fields::of(element)?;
    let mut inner = Fields::of(fields.must(E, "address")?)?;
    let address = match inner.maybe(E, "IPv4Address") {
        Some(it) => Some(leaf(it, SHORT)?).filter(|it| is_ipv4(it)),
        None => Some(leaf(inner.must(E, "IPv6Address")?, SHORT)?).filter(|it| is_ipv6(it)),
    };
    inner.end()?;
    let address = address.ok_or_else(|| odd(element, "an IP address"))?;
    let ranged = element.name == "IPAddressPortRange";
    let (outer, tcp, udp) = match ranged {
        true => ("portRange", "TCPPortRange", "UDPPortRange"),
        false => ("port", "TCPPort", "UDPPort"),
    };
    let mut inner = Fields::of(fields.must(E, outer)?)?;
    let (udp, it) = match inner.maybe(E, tcp) {
        Some(it) => (false, it),
        None => (true, inner.must(E, udp)?),
    };
    inner.end()?;
    fields.end()?;
    if !ranged {
        return Ok(Address::Port { address, udp, start: number(it)?, end: None });
    }
    let mut ends = Fields::of(it)?;
    let start = number(ends.must(E, "start")?)?;
    let end = Some(number(ends.must(E, "end")?)?);
    ends.end()?;
    Ok(Address::Port { address, udp, start, end })
}

fn notification(fields: &mut Fields<'_>) -> Read<Notification> {
    let details = fields.text(N, "NotificationDetails", LONG)?;
    let kind = fields.maybe(N, "NotificationType").map(entry).transpose()?;
    let is_new = fields.maybe(N, "NewNotification").map(truth).transpose()?;
    let at = moment(fields.maybe(N, "NotificationTimestamp"))?;
    let mut statuses = Vec::new();
    if let Some(list) = fields.maybe(N, "StatusOfAssociatedObjects") {
        let mut fields = Fields::of(list)?;
        for element in fields.every(N, "AssociatedObjectStatus") {
            let mut fields = Fields::of(element)?;
            let object = uuid(fields.must(N, "AssociatedObject")?)?;
            let status = entry(fields.must(N, "Status")?)?;
            let details = fields.text(N, "Details", LONG)?;
            fields.end()?;
            statuses.push(ObjectStatus { object, status, details });
        }
        fields.end()?;
    }
    unsupported(fields, N, "NationalNotificationParameters")?;
    Ok(Notification { details, kind, is_new, at, statuses })
}
