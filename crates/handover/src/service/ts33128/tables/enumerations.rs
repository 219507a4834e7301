//! Words: the values of every enumeration.
//!
//! Per value: number, word. A number that stands nowhere here is told as a number and flagged.
//!
//! Rules: TS 33.128 annex A.
use super::*;

words! {
    N9HRMessageCause {
        1 pDUSessionEstablished; 2 pDUSessionModified; 3 pDUSessionReleased;
        4 updatedLocationAvailable; 5 sMFChanged; 6 other; 7 hRLIEnabled;
    }
    S8HRMessageCause {
        1 bearerActivated; 2 bearerModified; 3 bearerDeleted; 4 pDNDisconnected;
        5 updatedLocationAvailable; 6 sGWChanged; 7 other; 8 hRLIEnabled;
    }
    RDSAction { 1 reservePort; 2 releasePort; }
    SerializationFormat { 1 xml; 2 json; 3 cbor; }
    PriorityDT { 1 noPriority; 2 priority; }
    DeviceTriggerDeliveryResult {
        1 success; 2 unknown; 3 failure; 4 triggered; 5 expired; 6 unconfirmed; 7 replaced;
        8 terminate;
    }
    StationaryIndication { 1 stationary; 2 mobile; }
    BatteryIndication {
        1 batteryRecharge; 2 batteryReplace; 3 batteryNoRecharge; 4 batteryNoReplace; 5 noBattery;
    }
    Day { 1 monday; 2 tuesday; 3 wednesday; 4 thursday; 5 friday; 6 saturday; 7 sunday; }
    TrafficProfile {
        1 singleTransUL; 2 singleTransDL; 3 dualTransULFirst; 4 dualTransDLFirst; 5 multiTrans;
    }
    ScheduledCommunicationType { 1 downlinkOnly; 2 uplinkOnly; 3 bidirectional; }
    NEFFailureCause {
        1 userUnknown; 2 niddConfigurationNotAvailable; 3 contextNotFound; 4 portNotFree;
        5 portNotAssociatedWithSpecifiedApplication;
    }
    NEFReleaseCause {
        1 sMFRelease; 2 dNRelease; 3 uDMRelease; 4 cHFRelease; 5 localConfigurationPolicy;
        6 unknownCause;
    }
    SCEFFailureCause {
        1 userUnknown; 2 niddConfigurationNotAvailable; 3 invalidEPSBearer; 4 operationNotAllowed;
        5 portNotFree; 6 portNotAssociatedWithSpecifiedApplication;
    }
    SCEFReleaseCause {
        1 mMERelease; 2 dNRelease; 3 hSSRelease; 4 localConfigurationPolicy; 5 unknownCause;
    }
    PeriodicCommunicationIndicator { 1 periodic; 2 nonPeriodic; }
    TLSCipherType { 1 stream; 2 block; 3 aead; }
    TLSCompressionAlgorithm { 1 null; 2 deflate; }
    TLSPRFAlgorithm { 1 rfc5246; }
    KeyGetType { 1 internal; 2 external; }
    AFKeyRemovalCause { 1 unknown; 2 keyExpiry; 3 applicationSpecific; }
    AMFDirection { 1 networkInitiated; 2 uEInitiated; }
    AMFFailedProcedureType { 1 registration; 2 sMS; 3 pDUSessionEstablishment; }
    AMFRegistrationResult {
        1 threeGPPAccess; 2 nonThreeGPPAccess; 3 threeGPPAndNonThreeGPPAccess;
    }
    AMFRegistrationType {
        1 initial; 2 mobility; 3 periodic; 4 emergency; 5 sNPNOnboarding; 6 disasterMobility;
        7 disasterInitial;
    }
    SMFFailedProcedureType {
        1 pDUSessionEstablishment; 2 pDUSessionModification; 3 pDUSessionRelease;
    }
    EstablishmentStatus { 0 established; 1 released; }
    HandoverState { 1 none; 2 preparing; 3 prepared; 4 completed; 5 cancelled; }
    RequestIndication {
        0 uEREQPDUSESMOD; 1 uEREQPDUSESREL; 2 pDUSESMOB; 3 nWREQPDUSESAUTH; 4 nWREQPDUSESMOD;
        5 nWREQPDUSESREL; 6 eBIASSIGNMENTREQ; 7 rELDUETO5GANREQUEST;
    }
    AnyIPAddress { 1 any; }
    AnyNextLayerProtocol { 1 ip; }
    FDir { 1 downlink; }
    FlowDirection { 1 downlinkOnly; 2 uplinkOnly; 3 dowlinkAndUplink; }
    DNAIChangeType { 1 early; 2 earlyAndLate; 3 late; }
    DnProtocol { 1 dnsQname; 2 tlsSni; 3 tlsSan; 4 tlsScn; }
    EPSInterworkingIndication { 1 none; 2 withN26; 3 withoutN26; 4 iwkNon3GPP; }
    EPSPDNConnectionRequestType {
        1 initialRequest; 2 handover; 3 rLOS; 4 emergency; 5 handoverOfEmergencyBearerServices;
        6 reserved;
    }
    UDMServingSystemMethod {
        0 amf3GPPAccessRegistration; 1 amfNon3GPPAccessRegistration; 2 unknown;
    }
    UDMSubscriberRecordChangeMethod {
        1 pEIChange; 2 sUPIChange; 3 gPSIChange; 4 uEDeprovisioning; 5 unknown; 6 serviceIDChange;
    }
    UDMCancelLocationMethod {
        1 aMF3GPPAccessDeregistration; 2 aMFNon3GPPAccessDeregistration; 3 uDMDeregistration;
        4 unknown;
    }
    UDMDefinedCause {
        1 userNotFound; 2 dataNotFound; 3 contextNotFound; 4 subscriptionNotFound; 5 other;
    }
    UDMInfoRequestType { 1 hSS; 2 aUSF; 3 other; }
    SMSMessageType {
        1 deliver; 2 deliverReportAck; 3 deliverReportError; 4 statusReport; 5 command; 6 submit;
        7 submitReportAck; 8 submitReportError; 9 reserved;
    }
    SMSTransferStatus { 1 transferSucceeded; 2 transferFailed; 3 undefined; }
    SMSNFType { 1 sMSGMSC; 2 iWMSC; 3 sMSRouter; }
    MMSContentClass {
        1 text; 2 imageBasic; 3 imageRich; 4 videoBasic; 5 videoRich; 6 megaPixel; 7 contentBasic;
        8 contentRich;
    }
    MMSDeleteResponseStatus {
        1 ok; 2 errorUnspecified; 3 errorServiceDenied; 4 errorMessageFormatCorrupt;
        5 errorSendingAddressUnresolved; 6 errorMessageNotFound; 7 errorNetworkProblem;
        8 errorContentNotAccepted; 9 errorUnsupportedMessage; 10 errorTransientFailure;
        11 errorTransientSendingAddressUnresolved; 12 errorTransientMessageNotFound;
        13 errorTransientNetworkProblem; 14 errorTransientPartialSuccess;
        15 errorPermanentFailure; 16 errorPermanentServiceDenied;
        17 errorPermanentMessageFormatCorrupt; 18 errorPermanentSendingAddressUnresolved;
        19 errorPermanentMessageNotFound; 20 errorPermanentContentNotAccepted;
        21 errorPermanentReplyChargingLimitationsNotMet;
        22 errorPermanentReplyChargingRequestNotAccepted;
        23 errorPermanentReplyChargingForwardingDenied;
        24 errorPermanentReplyChargingNotSupported; 25 errorPermanentAddressHidingNotSupported;
        26 errorPermanentLackOfPrepaid;
    }
    MMSDirection { 0 fromTarget; 1 toTarget; }
    MMSMessageClass { 1 personal; 2 advertisement; 3 informational; 4 auto; }
    MMSPeriodFormat { 1 absolute; 2 relative; }
    MMSPriority { 1 low; 2 normal; 3 high; }
    MMSQuotaUnit { 1 numMessages; 2 bytes; }
    MMSReadStatus { 1 read; 2 deletedWithoutBeingRead; }
    MMSReplyCharging { 0 requested; 1 requestedTextOnly; 2 accepted; 3 acceptedTextOnly; }
    MMSResponseStatus {
        1 ok; 2 errorUnspecified; 3 errorServiceDenied; 4 errorMessageFormatCorrupt;
        5 errorSendingAddressUnresolved; 6 errorMessageNotFound; 7 errorNetworkProblem;
        8 errorContentNotAccepted; 9 errorUnsupportedMessage; 10 errorTransientFailure;
        11 errorTransientSendingAddressUnresolved; 12 errorTransientMessageNotFound;
        13 errorTransientNetworkProblem; 14 errorTransientPartialSuccess;
        15 errorPermanentFailure; 16 errorPermanentServiceDenied;
        17 errorPermanentMessageFormatCorrupt; 18 errorPermanentSendingAddressUnresolved;
        19 errorPermanentMessageNotFound; 20 errorPermanentContentNotAccepted;
        21 errorPermanentReplyChargingLimitationsNotMet;
        22 errorPermanentReplyChargingRequestNotAccepted;
        23 errorPermanentReplyChargingForwardingDenied;
        24 errorPermanentReplyChargingNotSupported; 25 errorPermanentAddressHidingNotSupported;
        26 errorPermanentLackOfPrepaid;
    }
    MMSRetrieveStatus {
        1 success; 2 errorTransientFailure; 3 errorTransientMessageNotFound;
        4 errorTransientNetworkProblem; 5 errorPermanentFailure; 6 errorPermanentServiceDenied;
        7 errorPermanentMessageNotFound; 8 errorPermanentContentUnsupported;
    }
    MMSStoreStatus {
        1 success; 2 errorTransientFailure; 3 errorTransientNetworkProblem;
        4 errorPermanentFailure; 5 errorPermanentServiceDenied;
        6 errorPermanentMessageFormatCorrupt; 7 errorPermanentMessageNotFound; 8 errorMMBoxFull;
    }
    MMState { 1 draft; 2 sent; 3 new; 4 retrieved; 5 forwarded; }
    MMStateFlag { 1 add; 2 remove; 3 filter; }
    MMStatus {
        1 expired; 2 retrieved; 3 rejected; 4 deferred; 5 unrecognized; 6 indeterminate;
        7 forwarded; 8 unreachable;
    }
    MMStatusExtension { 0 rejectionByMMSRecipient; 1 rejectionByOtherRS; }
    PTCRegistrationRequest { 1 register; 2 reRegister; 3 deRegister; }
    PTCRegistrationOutcome { 1 success; 2 failure; }
    PTCSessionEndCause {
        1 initiaterLeavesSession; 2 definedParticipantLeaves; 3 numberOfParticipants;
        4 sessionTimerExpired; 5 pTCSpeechInactive; 6 allMediaTypesInactive;
    }
    PTCSessionType { 1 ondemand; 2 preEstablished; 3 adhoc; 4 prearranged; 5 groupSession; }
    PTCPresenceType { 1 pTCClient; 2 pTCGroup; }
    PTCPreEstStatus { 1 established; 2 modified; 3 released; }
    PTCFloorActivity {
        1 tBCPRequest; 2 tBCPGranted; 3 tBCPDeny; 4 tBCPIdle; 5 tBCPTaken; 6 tBCPRevoke;
        7 tBCPQueued; 8 tBCPRelease;
    }
    PTCTBPriorityLevel { 1 preEmptive; 2 highPriority; 3 normalPriority; 4 listenOnly; }
    PTCTBReasonCode {
        1 noQueuingAllowed; 2 oneParticipantSession; 3 listenOnly; 4 exceededMaxDuration;
        5 tBPrevented;
    }
    PTCListManagementType {
        1 contactListManagementAttempt; 2 groupListManagementAttempt;
        3 contactListManagementResult; 4 groupListManagementResult; 5 requestUnsuccessful;
    }
    PTCListManagementAction { 1 create; 2 modify; 3 retrieve; 4 delete; 5 notify; }
    PTCAccessPolicyType {
        1 pTCUserAccessPolicyAttempt; 2 groupAuthorizationRulesAttempt;
        3 pTCUserAccessPolicyQuery; 4 groupAuthorizationRulesQuery; 5 pTCUserAccessPolicyResult;
        6 groupAuthorizationRulesResult; 7 requestUnsuccessful;
    }
    PTCUserAccessPolicy {
        1 allowIncomingPTCSessionRequest; 2 blockIncomingPTCSessionRequest; 3 allowAutoAnswerMode;
        4 allowOverrideManualAnswerMode;
    }
    PTCGroupAuthRule {
        1 allowInitiatingPTCSession; 2 blockInitiatingPTCSession; 3 allowJoiningPTCSession;
        4 blockJoiningPTCSession; 5 allowAddParticipants; 6 blockAddParticipants;
        7 allowSubscriptionPTCSessionState; 8 blockSubscriptionPTCSessionState; 9 allowAnonymity;
        10 forbidAnonymity;
    }
    PTCFailureCode { 1 sessionCannotBeEstablished; 2 sessionCannotBeModified; }
    PTCListManagementFailure { 1 requestUnsuccessful; 2 requestUnknown; }
    PTCAccessPolicyFailure { 1 requestUnsuccessful; 2 requestUnknown; }
    VoIPRoamingIndication { 1 roamingLBO; 2 roamingS8HR; 3 roamingN9HR; }
    SessionDirection { 1 fromTarget; 2 toTarget; 3 combined; 4 indeterminate; }
    JWSTokenType { 1 passport; }
    Attestation { 1 attestationA; 2 attestationB; 3 attestationC; }
    SHAKENValidationResult { 1 tNValidationPassed; 2 tNValidationFailed; 3 noTNValidation; }
    PDSRSummaryTrigger { 1 timerExpiry; 2 packetCount; 3 byteCount; 4 startOfFlow; 5 endOfFlow; }
    EPSAttachType {
        1 ePSAttach; 2 combinedEPSIMSIAttach; 3 ePSRLOSAttach; 4 ePSEmergencyAttach; 5 reserved;
    }
    EPSAttachResult { 1 ePSOnly; 2 combinedEPSIMSI; }
    EPSDetachType {
        1 ePSDetach; 2 iMSIDetach; 3 combinedEPSIMSIDetach; 4 reAttachRequired;
        5 reAttachNotRequired; 6 reserved;
    }
    EPSSMSServiceStatus {
        1 sMSServicesNotAvailable; 2 sMSServicesNotAvailableInThisPLMN; 3 networkFailure;
        4 congestion;
    }
    MMEDirection { 1 networkInitiated; 2 uEInitiated; }
    MMEFailedProcedureType {
        1 attachReject; 2 authenticationReject; 3 securityModeReject; 4 serviceReject;
        5 trackingAreaUpdateReject; 6 activateDedicatedEPSBearerContextReject;
        7 activateDefaultEPSBearerContextReject; 8 bearerResourceAllocationReject;
        9 bearerResourceModificationReject; 10 modifyEPSBearerContectReject;
        11 pDNConnectivityReject; 12 pDNDisconnectReject;
    }
    LINotificationType { 1 activation; 2 deactivation; 3 modification; }
    EMMRegStatus { 1 uEEMMRegistered; 2 uENotEMMRegistered; }
    FiveGMMStatus { 1 uE5GMMRegistered; 2 uENot5GMMRegistered; }
    AccessType { 1 threeGPPAccess; 2 nonThreeGPPAccess; 3 threeGPPandNonThreeGPPAccess; }
    Direction { 1 fromTarget; 2 toTarget; }
    FiveGSMRequestType {
        1 initialRequest; 2 existingPDUSession; 3 initialEmergencyRequest;
        4 existingEmergencyPDUSession; 5 modificationRequest; 6 reserved; 7 mAPDURequest;
    }
    FiveGSUserState {
        1 deregistered; 2 registeredNotReachableForPaging; 3 registeredReachableForPaging;
        4 connectedNotReachableForPaging; 5 connectedReachableForPaging; 6 notProvidedFromAMF;
    }
    Initiator { 1 uE; 2 network; 3 unknown; }
    MACRestrictionIndicator {
        1 noResrictions; 2 mACAddressNotUseableAsEquipmentIdentifier; 3 unknown;
    }
    NonLocalID { 1 local; 2 nonLocal; }
    PDNConnectionType { 1 iPv4; 2 iPv6; 3 iPv4v6; 4 nonIP; 5 ethernet; }
    PDUSessionType { 1 iPv4; 2 iPv6; 3 iPv4v6; 4 unstructured; 5 ethernet; }
    PrimaryAuthenticationType {
        1 eAPAKAPrime; 2 fiveGAKA; 3 eAPTLS; 4 none; 5 ePSAKA; 6 eAPAKA; 7 iMSAKA; 8 gBAAKA;
        9 uMTSAKA;
    }
    RATType {
        1 nR; 2 eUTRA; 3 wLAN; 4 virtual; 5 nBIOT; 6 wireline; 7 wirelineCable; 8 wirelineBBF;
        9 lTEM; 10 nRU; 11 eUTRAU; 12 trustedN3GA; 13 trustedWLAN; 14 uTRA; 15 gERA; 16 nRLEO;
        17 nRMEO; 18 nRGEO; 19 nROTHERSAT; 20 nRREDCAP; 21 wBEUTRANLEO; 22 wBEUTRANMEO;
        23 wBEUTRANGEO; 24 wBEUTRANOTHERSAT; 25 nBIOTLEO; 26 nBIOTMEO; 27 nBIOTGEO;
        28 nBIOTOTHERSAT; 29 lTEMLEO; 30 lTEMMEO; 31 lTEMGEO; 32 lTEMOTHERSAT;
    }
    ReRegRequiredIndicator { 1 reRegistrationRequired; 2 reRegistrationNotRequired; }
    SMSOverNASIndicator { 1 sMSOverNASNotAllowed; 2 sMSOverNASAllowed; }
    SwitchOffIndicator { 1 normalDetach; 2 switchOff; }
    TargetIdentifierProvenance { 1 lEAProvided; 2 observed; 3 matchedOn; 4 other; }
    TransportProtocol { 1 uDP; 2 tCP; }
    W5GBANLineType { 1 dSL; 2 pON; }
    CSGAccessMode { 1 closedMode; 2 hybridMode; }
    CSGMembershipIndication { 1 notCSGMember; 2 cSGMember; }
    AMFEventType { 1 locationReport; 2 presenceInAOIReport; }
    PresenceState { 1 inArea; 2 outOfArea; 3 unknown; 4 inactive; }
    UEReachability { 1 unreachable; 2 reachable; 3 regulatoryOnly; }
    RMState { 1 registered; 2 deregistered; }
    CMState { 1 idle; 2 connected; }
    AccuracyFulfilmentIndicator { 1 requestedAccuracyFulfilled; 2 requestedAccuracyNotFulfilled; }
    VerticalDirection { 1 upward; 2 downward; }
    PositioningMethod {
        1 cellID; 2 eCID; 3 oTDOA; 4 barometricPressure; 5 wLAN; 6 bluetooth; 7 mBS;
        8 motionSensor; 9 dLTDOA; 10 dLAOD; 11 multiRTT; 12 nRECID; 13 uLTDOA; 14 uLAOA;
        15 networkSpecific;
    }
    PositioningMode { 1 uEBased; 2 uEAssisted; 3 conventional; }
    GNSSID { 1 gPS; 2 galileo; 3 sBAS; 4 modernizedGPS; 5 qZSS; 6 gLONASS; 7 bDS; 8 nAVIC; }
    Usage {
        1 unsuccess; 2 successResultsNotUsed; 3 successResultsUsedToVerifyLocation;
        4 successResultsUsedToGenerateLocation; 5 successMethodNotDetermined;
    }
}
