//! Sequences of MMS, PTC, IMS and STIR/SHAKEN: messages, push-to-talk, calls.
//!
//! Per field: tag number, name, type. Data alone; `walk` gives it meaning.
//!
//! Rules: TS 33.128 clauses 7.4, 7.5, 7.11, 7.12.
use super::*;

sequence! {
    MMSSend {
        1 transactionID Text; 2 version MMSVersion; 3 dateTime Time;
        4 originatingMMSParty MMSParty; 5 terminatingMMSParty ListOfMMSParty;
        6 cCRecipients ListOfMMSParty; 7 bCCRecipients ListOfMMSParty; 8 direction MMSDirection;
        9 subject Text; 10 messageClass MMSMessageClass; 11 expiry MMSExpiry;
        12 desiredDeliveryTime Time; 13 priority MMSPriority; 14 senderVisibility Boolean;
        15 deliveryReport Boolean; 16 readReport Boolean; 17 store Boolean; 18 state MMState;
        19 flags MMFlags; 20 replyCharging MMSReplyCharging; 21 applicID Text;
        22 replyApplicID Text; 23 auxApplicInfo Text; 24 contentClass MMSContentClass;
        25 dRMContent Boolean; 26 adaptationAllowed MMSAdaptation; 27 contentType Text;
        28 responseStatus MMSResponseStatus; 29 responseStatusText Text; 30 messageID Text;
    }
    MMSSendByNonLocalTarget {
        1 version MMSVersion; 2 transactionID Text; 3 messageID Text;
        4 terminatingMMSParty ListOfMMSParty; 5 originatingMMSParty MMSParty;
        6 direction MMSDirection; 7 contentType Text; 8 messageClass MMSMessageClass;
        9 dateTime Time; 10 expiry MMSExpiry; 11 deliveryReport Boolean; 12 priority MMSPriority;
        13 senderVisibility Boolean; 14 readReport Boolean; 15 subject Text;
        16 forwardCount Integer; 17 previouslySentBy ListOfMMSPreviouslySent;
        18 prevSentByDateTime Time; 19 applicID Text; 20 replyApplicID Text;
        21 auxApplicInfo Text; 22 contentClass MMSContentClass; 23 dRMContent Boolean;
        24 adaptationAllowed MMSAdaptation;
    }
    MMSNotification {
        1 transactionID Text; 2 version MMSVersion; 3 originatingMMSParty MMSParty;
        4 direction MMSDirection; 5 subject Text; 6 deliveryReportRequested Boolean;
        7 stored Boolean; 8 messageClass MMSMessageClass; 9 priority MMSPriority;
        10 messageSize Integer; 11 expiry MMSExpiry; 12 replyCharging MMSReplyCharging;
    }
    MMSSendToNonLocalTarget {
        1 version MMSVersion; 2 transactionID Text; 3 messageID Text;
        4 terminatingMMSParty ListOfMMSParty; 5 originatingMMSParty MMSParty;
        6 direction MMSDirection; 7 contentType Text; 8 messageClass MMSMessageClass;
        9 dateTime Time; 10 expiry MMSExpiry; 11 deliveryReport Boolean; 12 priority MMSPriority;
        13 senderVisibility Boolean; 14 readReport Boolean; 15 subject Text;
        16 forwardCount Integer; 17 previouslySentBy ListOfMMSPreviouslySent;
        18 prevSentByDateTime Time; 19 applicID Text; 20 replyApplicID Text;
        21 auxApplicInfo Text; 22 contentClass MMSContentClass; 23 dRMContent Boolean;
        24 adaptationAllowed MMSAdaptation;
    }
    MMSNotificationResponse {
        1 transactionID Text; 2 version MMSVersion; 3 direction MMSDirection; 4 status MMStatus;
        5 reportAllowed Boolean;
    }
    MMSRetrieval {
        1 transactionID Text; 2 version MMSVersion; 3 messageID Text; 4 dateTime Time;
        5 originatingMMSParty MMSParty; 6 previouslySentBy ListOfMMSPreviouslySent;
        7 prevSentByDateTime Time; 8 terminatingMMSParty ListOfMMSParty;
        9 cCRecipients ListOfMMSParty; 10 direction MMSDirection; 11 subject Text;
        12 state MMState; 13 flags MMFlags; 14 messageClass MMSMessageClass;
        15 priority MMSPriority; 16 deliveryReport Boolean; 17 readReport Boolean;
        18 replyCharging MMSReplyCharging; 19 retrieveStatus MMSRetrieveStatus;
        20 retrieveStatusText Text; 21 applicID Text; 22 replyApplicID Text;
        23 auxApplicInfo Text; 24 contentClass MMSContentClass; 25 dRMContent Boolean;
        26 replaceID Text; 27 contentType Text;
    }
    MMSDeliveryAck {
        1 transactionID Text; 2 version MMSVersion; 3 reportAllowed Boolean; 4 status MMStatus;
        5 direction MMSDirection;
    }
    MMSForward {
        1 transactionID Text; 2 version MMSVersion; 3 dateTime Time;
        4 originatingMMSParty MMSParty; 5 terminatingMMSParty ListOfMMSParty;
        6 cCRecipients ListOfMMSParty; 7 bCCRecipients ListOfMMSParty; 8 direction MMSDirection;
        9 expiry MMSExpiry; 10 desiredDeliveryTime Time; 11 deliveryReportAllowed Boolean;
        12 deliveryReport Boolean; 13 store Boolean; 14 state MMState; 15 flags MMFlags;
        16 contentLocationReq Text; 17 replyCharging MMSReplyCharging;
        18 responseStatus MMSResponseStatus; 19 responseStatusText Text; 20 messageID Text;
        21 contentLocationConf Text; 22 storeStatus MMSStoreStatus; 23 storeStatusText Text;
    }
    MMSDeleteFromRelay {
        1 transactionID Text; 2 version MMSVersion; 3 direction MMSDirection;
        4 contentLocationReq ListOfText; 5 contentLocationConf ListOfText;
        6 deleteResponseStatus MMSDeleteResponseStatus; 7 deleteResponseText ListOfText;
    }
    MMSMBoxStore {
        1 transactionID Text; 2 version MMSVersion; 3 direction MMSDirection;
        4 contentLocationReq Text; 5 state MMState; 6 flags MMFlags; 7 contentLocationConf Text;
        8 storeStatus MMSStoreStatus; 9 storeStatusText Text;
    }
    MMSMBoxUpload {
        1 transactionID Text; 2 version MMSVersion; 3 direction MMSDirection; 4 state MMState;
        5 flags MMFlags; 6 contentType Text; 7 contentLocation Text; 8 storeStatus MMSStoreStatus;
        9 storeStatusText Text; 10 mMessages ListOfMMBoxDescription;
    }
    MMSMBoxDelete {
        1 transactionID Text; 2 version MMSVersion; 3 direction MMSDirection;
        4 contentLocationReq ListOfText; 5 contentLocationConf ListOfText;
        6 responseStatus MMSDeleteResponseStatus; 7 responseStatusText Text;
    }
    MMSDeliveryReport {
        1 version MMSVersion; 2 messageID Text; 3 terminatingMMSParty ListOfMMSParty;
        4 mMSDateTime Time; 5 responseStatus MMSResponseStatus; 6 responseStatusText Text;
        7 applicID Text; 8 replyApplicID Text; 9 auxApplicInfo Text;
    }
    MMSDeliveryReportNonLocalTarget {
        1 version MMSVersion; 2 transactionID Text; 3 messageID Text;
        4 terminatingMMSParty ListOfMMSParty; 5 originatingMMSParty MMSParty;
        6 direction MMSDirection; 7 mMSDateTime Time; 8 forwardToOriginator Boolean;
        9 status MMStatus; 10 statusExtension MMStatusExtension; 11 statusText Text;
        12 applicID Text; 13 replyApplicID Text; 14 auxApplicInfo Text;
    }
    MMSReadReport {
        1 version MMSVersion; 2 messageID Text; 3 terminatingMMSParty ListOfMMSParty;
        4 originatingMMSParty ListOfMMSParty; 5 direction MMSDirection; 6 mMSDateTime Time;
        7 readStatus MMSReadStatus; 8 applicID Text; 9 replyApplicID Text; 10 auxApplicInfo Text;
    }
    MMSReadReportNonLocalTarget {
        1 version MMSVersion; 2 transactionID Text; 3 terminatingMMSParty ListOfMMSParty;
        4 originatingMMSParty ListOfMMSParty; 5 direction MMSDirection; 6 messageID Text;
        7 mMSDateTime Time; 8 readStatus MMSReadStatus; 9 readStatusText Text; 10 applicID Text;
        11 replyApplicID Text; 12 auxApplicInfo Text;
    }
    MMSCancel {
        1 transactionID Text; 2 version MMSVersion; 3 cancelID Text; 4 direction MMSDirection;
    }
    MMSMBoxViewRequest {
        1 transactionID Text; 2 version MMSVersion; 3 contentLocation Text; 4 state ListOfMMState;
        5 flags ListOfMMFlags; 6 start Integer; 7 limit Integer; 8 attributes ListOfText;
        9 totals Integer; 10 quotas MMSQuota;
    }
    MMSMBoxViewResponse {
        1 transactionID Text; 2 version MMSVersion; 3 contentLocation Text; 4 state ListOfMMState;
        5 flags ListOfMMFlags; 6 start Integer; 7 limit Integer; 8 attributes ListOfText;
        9 mMSTotals Boolean; 10 mMSQuotas Boolean; 11 mMessages ListOfMMBoxDescription;
    }
    MMBoxDescription {
        1 contentLocation Text; 2 messageID Text; 3 state MMState; 4 flags ListOfMMFlags;
        5 dateTime Time; 6 originatingMMSParty MMSParty; 7 terminatingMMSParty ListOfMMSParty;
        8 cCRecipients ListOfMMSParty; 9 bCCRecipients ListOfMMSParty;
        10 messageClass MMSMessageClass; 11 subject Text; 12 priority MMSPriority;
        13 deliveryTime Time; 14 readReport Boolean; 15 messageSize Integer;
        16 replyCharging MMSReplyCharging; 17 previouslySentBy ListOfMMSPreviouslySent;
        18 previouslySentByDateTime Time; 19 contentType Text;
    }
    MMSConvertedFromEmail {
        1 version MMSVersion; 2 transactionID Text; 3 terminatingMMSParty ListOfMMSParty;
        4 contentType Text; 5 originatingMMSParty MMSParty; 6 messageClass MMSMessageClass;
        7 dateTime Time; 8 expiry MMSExpiry; 9 deliveryReport Boolean; 10 priority MMSPriority;
        11 readReport Boolean; 12 subject Text; 13 messageID Text;
    }
    MMSConvertedToEmail {
        1 version MMSVersion; 2 transactionID Text; 3 terminatingMMSParty ListOfMMSParty;
        4 contentType Text; 5 originatingMMSParty MMSParty; 6 messageClass MMSMessageClass;
        7 dateTime Time; 8 expiry MMSExpiry; 9 desiredDeliveryTime Time;
        10 deliveryReport Boolean; 11 priority MMSPriority; 12 senderVisibility Boolean;
        13 store Boolean; 14 state MMState; 15 flags MMFlags; 16 readReport Boolean;
        17 subject Text; 18 messageID Text;
    }
    MMSCCPDU { 1 version MMSVersion; 2 transactionID Text; 3 mMSContent Octets; }
    MMSAdaptation { 1 allowed Boolean; 2 overriden Boolean; }
    MMSExpiry { 1 expiryPeriod Integer; 2 periodFormat MMSPeriodFormat; }
    MMFlags { 1 length Integer; 2 flag MMStateFlag; 3 flagString Text; }
    MMSParty { 1 mMSPartyIDs ListOfMMSPartyID; 2 nonLocalID NonLocalID; }
    MMSPreviouslySent {
        1 previouslySentByParty MMSParty; 2 sequenceNumber Integer; 3 previousSendDateTime Time;
    }
    MMSQuota { 1 quota Integer; 2 quotaUnit MMSQuotaUnit; }
    MMSVersion { 1 majorVersion Integer; 2 minorVersion Integer; }
    PTCRegistration {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCServerURI Text;
        3 pTCRegistrationRequest PTCRegistrationRequest;
        4 pTCRegistrationOutcome PTCRegistrationOutcome;
    }
    PTCSessionInitiation {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCServerURI Text; 4 pTCSessionInfo PTCSessionInfo;
        5 pTCOriginatingID PTCTargetInformation; 6 pTCParticipants ListOfPTCTargetInformation;
        7 pTCParticipantPresenceStatus ListOfPTCParticipantPresenceStatus; 8 location Location;
        9 pTCBearerCapability Text; 10 pTCHost PTCTargetInformation;
    }
    PTCSessionAbandon {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCSessionInfo PTCSessionInfo; 4 location Location; 5 pTCAbandonCause Integer;
    }
    PTCSessionStart {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCServerURI Text; 4 pTCSessionInfo PTCSessionInfo;
        5 pTCOriginatingID PTCTargetInformation; 6 pTCParticipants ListOfPTCTargetInformation;
        7 pTCParticipantPresenceStatus ListOfPTCParticipantPresenceStatus; 8 location Location;
        9 pTCHost PTCTargetInformation; 10 pTCBearerCapability Text;
    }
    PTCSessionEnd {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCServerURI Text; 4 pTCSessionInfo PTCSessionInfo;
        5 pTCParticipants ListOfPTCTargetInformation; 6 location Location;
        7 pTCSessionEndCause PTCSessionEndCause;
    }
    PTCStartOfInterception {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 preEstSessionID PTCSessionInfo; 4 pTCOriginatingID PTCTargetInformation;
        5 pTCSessionInfo PTCSessionInfo; 6 pTCHost PTCTargetInformation;
        7 pTCParticipants ListOfPTCTargetInformation; 8 pTCMediaStreamAvail Boolean;
        9 pTCBearerCapability Text;
    }
    PTCPreEstablishedSession {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCServerURI Text; 3 rTPSetting RTPSetting;
        4 pTCMediaCapability Text; 5 pTCPreEstSessionID PTCSessionInfo;
        6 pTCPreEstStatus PTCPreEstStatus; 7 pTCMediaStreamAvail Boolean; 8 location Location;
        9 pTCFailureCode PTCFailureCode;
    }
    PTCInstantPersonalAlert {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCIPAPartyID PTCTargetInformation;
        3 pTCIPADirection Direction;
    }
    PTCPartyJoin {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCSessionInfo PTCSessionInfo; 4 pTCParticipants ListOfPTCTargetInformation;
        5 pTCParticipantPresenceStatus ListOfPTCParticipantPresenceStatus;
        6 pTCMediaStreamAvail Boolean; 7 pTCBearerCapability Text;
    }
    PTCPartyDrop {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCSessionInfo PTCSessionInfo; 4 pTCPartyDrop PTCTargetInformation;
        5 pTCParticipantPresenceStatus PTCParticipantPresenceStatus;
    }
    PTCPartyHold {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCSessionInfo PTCSessionInfo; 4 pTCParticipants ListOfPTCTargetInformation;
        5 pTCHoldID ListOfPTCTargetInformation; 6 pTCHoldRetrieveInd Boolean;
    }
    PTCMediaModification {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCSessionInfo PTCSessionInfo; 4 pTCMediaStreamAvail Boolean;
        5 pTCBearerCapability Text;
    }
    PTCGroupAdvertisement {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCIDList ListOfPTCTargetInformation; 4 pTCGroupAuthRule PTCGroupAuthRule;
        5 pTCGroupAdSender PTCTargetInformation; 6 pTCGroupNickname Text;
    }
    PTCFloorControl {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCSessioninfo PTCSessionInfo; 4 pTCFloorActivity ListOfPTCFloorActivity;
        5 pTCFloorSpeakerID PTCTargetInformation; 6 pTCMaxTBTime Integer;
        7 pTCQueuedFloorControl Boolean; 8 pTCQueuedPosition Integer;
        9 pTCTalkBurstPriority PTCTBPriorityLevel; 10 pTCTalkBurstReason PTCTBReasonCode;
    }
    PTCTargetPresence {
        1 pTCTargetInformation PTCTargetInformation;
        2 pTCTargetPresenceStatus PTCParticipantPresenceStatus;
    }
    PTCParticipantPresence {
        1 pTCTargetInformation PTCTargetInformation;
        2 pTCParticipantPresenceStatus PTCParticipantPresenceStatus;
    }
    PTCListManagement {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCListManagementType PTCListManagementType;
        4 pTCListManagementAction PTCListManagementAction;
        5 pTCListManagementFailure PTCListManagementFailure; 6 pTCContactID PTCTargetInformation;
        7 pTCIDList ListOfPTCIDList; 8 pTCHost PTCTargetInformation;
    }
    PTCAccessPolicy {
        1 pTCTargetInformation PTCTargetInformation; 2 pTCDirection Direction;
        3 pTCAccessPolicyType PTCAccessPolicyType; 4 pTCUserAccessPolicy PTCUserAccessPolicy;
        5 pTCGroupAuthRule PTCGroupAuthRule; 6 pTCContactID PTCTargetInformation;
        7 pTCAccessPolicyFailure PTCAccessPolicyFailure;
    }
    PTCTargetInformation { 1 identifiers ListOfPTCIdentifiers; }
    PTCSessionInfo { 1 pTCSessionURI Text; 2 pTCSessionType PTCSessionType; }
    PTCParticipantPresenceStatus {
        1 presenceID PTCTargetInformation; 2 presenceType PTCPresenceType;
        3 presenceStatus Boolean;
    }
    RTPSetting { 1 iPAddress IPAddress; 2 portNumber Integer; }
    PTCIDList { 1 pTCPartyID PTCTargetInformation; 2 pTCChatGroupID PTCChatGroupID; }
    PTCChatGroupID { 1 groupIdentity Text; }
    IMSMessage {
        1 payload IMSPayload; 2 sessionDirection SessionDirection;
        3 voIPRoamingIndication VoIPRoamingIndication; 6 location Location;
    }
    StartOfInterceptionForActiveIMSSession {
        1 originatingId ListOfIMPU; 2 terminatingId IMPU; 3 sDPState ListOfOctets;
        4 diversionIdentity IMPU; 5 voIPRoamingIndication VoIPRoamingIndication;
        7 location Location;
    }
    IMSCCUnavailable { 1 cCUnavailableReason Text; 2 sDPState Octets; }
    IMSCCPDU { 1 payload Octets; 2 sDPInfo Octets; }
    SIPMessage {
        1 iPSourceAddress IPAddress; 2 iPDestinationAddress IPAddress; 3 sIPContent Octets;
    }
    STIRSHAKENSignatureGeneration {
        1 pASSporTs ListOfPASSporT; 2 encapsulatedSIPMessage SIPMessage;
    }
    STIRSHAKENSignatureValidation {
        1 pASSporTs ListOfPASSporT; 2 rCDTerminalDisplayInfo RCDDisplayInfo;
        3 eCNAMTerminalDisplayInfo ECNAMDisplayInfo;
        4 sHAKENValidationResult SHAKENValidationResult; 5 sHAKENFailureStatusCode Integer;
        6 encapsulatedSIPMessage SIPMessage;
    }
    PASSporT {
        1 pASSporTHeader PASSporTHeader; 2 pASSporTPayload PASSporTPayload;
        3 pASSporTSignature Octets;
    }
    PASSporTHeader { 1 type JWSTokenType; 2 algorithm Text; 3 ppt Text; 4 x5u Text; }
    PASSporTPayload {
        1 issuedAtTime Time; 2 originator STIRSHAKENOriginator;
        3 destination ListOfSTIRSHAKENDestination; 4 attestation Attestation; 5 origId Text;
        6 diversion STIRSHAKENDestination;
    }
    ECNAMDisplayInfo { 1 name Text; 2 additionalInfo Octets; }
    RCDDisplayInfo { 1 name Text; 2 jcd Octets; 3 jcl Octets; }
}
