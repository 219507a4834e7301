//! Sequences of the payloads themselves, of NEF, SCEF and AKMA.
//!
//! Per field: tag number, name, type. Data alone; `walk` gives it meaning.
//!
//! Rules: TS 33.128 clauses 7.7 to 7.9.
use super::*;

sequence! {
    IRIPayload {
        1 iRIPayloadOID Oid; 2 event IRIEvent; 3 targetIdentifiers ListOfIRITargetIdentifier;
        4 mediatedFromIndicator MediatedFromIndicator;
    }
    IRITargetIdentifier {
        1 identifier TargetIdentifier; 2 provenance TargetIdentifierProvenance;
    }
    LINotificationPayload {
        1 lINotificationPayloadOID Oid; 2 notification LINotificationMessage;
    }
    N9HRPDUSessionInfo {
        1 sUPI SUPI; 2 pEI PEI; 3 pDUSessionID Integer; 4 location Location; 5 sNSSAI SNSSAI;
        6 dNN DNN; 7 messageCause N9HRMessageCause;
    }
    S8HRBearerInfo {
        1 iMSI IMSI; 2 iMEI IMEI; 3 bearerID Integer; 4 linkedBearerID Integer;
        5 location Location; 6 aPN APN; 7 sGWIPAddress IPAddress; 8 messageCause S8HRMessageCause;
    }
    NEFPDUSessionEstablishment {
        1 sUPI SUPI; 2 gPSI GPSI; 3 pDUSessionID Integer; 4 sNSSAI SNSSAI; 5 nEFID Text;
        6 dNN DNN; 7 rDSSupport Boolean; 8 sMFID Text; 9 aFID Text;
    }
    NEFPDUSessionModification {
        1 sUPI SUPI; 2 gPSI GPSI; 3 sNSSAI SNSSAI; 4 initiator Initiator;
        5 rDSSourcePortNumber Integer; 6 rDSDestinationPortNumber Integer; 7 applicationID Octets;
        8 aFID Text; 9 rDSAction RDSAction; 10 serializationFormat SerializationFormat;
        11 pDUSessionID Integer;
    }
    NEFPDUSessionRelease {
        1 sUPI SUPI; 2 gPSI GPSI; 3 pDUSessionID Integer; 4 timeOfFirstPacket Time;
        5 timeOfLastPacket Time; 6 uplinkVolume Integer; 7 downlinkVolume Integer;
        8 releaseCause NEFReleaseCause;
    }
    NEFUnsuccessfulProcedure {
        1 failureCause NEFFailureCause; 2 sUPI SUPI; 3 gPSI GPSI; 4 pDUSessionID Integer;
        5 dNN DNN; 6 sNSSAI SNSSAI; 7 rDSDestinationPortNumber Integer; 8 applicationID Octets;
        9 aFID Text;
    }
    NEFStartOfInterceptionWithEstablishedPDUSession {
        1 sUPI SUPI; 2 gPSI GPSI; 3 pDUSessionID Integer; 4 dNN DNN; 5 sNSSAI SNSSAI;
        6 nEFID Text; 7 rDSSupport Boolean; 8 sMFID Text; 9 aFID Text;
    }
    NEFDeviceTrigger {
        1 sUPI SUPI; 2 gPSI GPSI; 3 triggerId Text; 4 aFID Text; 5 triggerPayload Octets;
        6 validityPeriod Integer; 7 priorityDT PriorityDT; 8 sourcePortId Integer;
        9 destinationPortId Integer;
    }
    NEFDeviceTriggerReplace {
        1 sUPI SUPI; 2 gPSI GPSI; 3 triggerId Text; 4 aFID Text; 5 triggerPayload Octets;
        6 validityPeriod Integer; 7 priorityDT PriorityDT; 8 sourcePortId Integer;
        9 destinationPortId Integer;
    }
    NEFDeviceTriggerCancellation { 1 sUPI SUPI; 2 gPSI GPSI; 3 triggerId Text; }
    NEFDeviceTriggerReportNotify {
        1 sUPI SUPI; 2 gPSI GPSI; 3 triggerId Text;
        4 deviceTriggerDeliveryResult DeviceTriggerDeliveryResult;
    }
    NEFMSISDNLessMOSMS {
        1 sUPI SUPI; 2 gPSI GPSI; 3 terminatingSMSParty Text; 4 sMS SMSTPDUData;
        5 sourcePort Integer; 6 destinationPort Integer;
    }
    NEFExpectedUEBehaviourUpdate {
        1 gPSI GPSI; 2 expectedUEMovingTrajectory ListOfUMTLocationArea5G;
        3 stationaryIndication StationaryIndication; 4 communicationDurationTime Integer;
        5 periodicTime Integer; 6 scheduledCommunicationTime ScheduledCommunicationTime;
        7 scheduledCommunicationType ScheduledCommunicationType;
        8 batteryIndication BatteryIndication; 9 trafficProfile TrafficProfile;
        10 expectedTimeAndDayOfWeekInTrajectory ListOfUMTLocationArea5G; 11 aFID Text;
        12 validityTime Time;
    }
    ScheduledCommunicationTime { 1 days ListOfDaytime; }
    UMTLocationArea5G { 1 timeOfDay Daytime; 2 durationSec Integer; 3 location NRLocation; }
    Daytime { 1 daysOfWeek Day; 2 timeOfDayStart Time; 3 timeOfDayEnd Time; }
    SCEFPDNConnectionEstablishment {
        1 iMSI IMSI; 2 mSISDN MSISDN; 3 externalIdentifier NAI; 4 iMEI IMEI;
        5 ePSBearerID Integer; 6 sCEFID Text; 7 aPN APN; 8 rDSSupport Boolean; 9 sCSASID Text;
    }
    SCEFPDNConnectionUpdate {
        1 iMSI IMSI; 2 mSISDN MSISDN; 3 externalIdentifier NAI; 4 initiator Initiator;
        5 rDSSourcePortNumber Integer; 6 rDSDestinationPortNumber Integer; 7 applicationID Octets;
        8 sCSASID Text; 9 rDSAction RDSAction; 10 serializationFormat SerializationFormat;
        11 ePSBearerID Integer;
    }
    SCEFPDNConnectionRelease {
        1 iMSI IMSI; 2 mSISDN MSISDN; 3 externalIdentifier NAI; 4 ePSBearerID Integer;
        5 timeOfFirstPacket Time; 6 timeOfLastPacket Time; 7 uplinkVolume Integer;
        8 downlinkVolume Integer; 9 releaseCause SCEFReleaseCause;
    }
    SCEFUnsuccessfulProcedure {
        1 failureCause SCEFFailureCause; 2 iMSI IMSI; 3 mSISDN MSISDN; 4 externalIdentifier NAI;
        5 ePSBearerID Integer; 6 aPN APN; 7 rDSDestinationPortNumber Integer;
        8 applicationID Octets; 9 sCSASID Text;
    }
    SCEFStartOfInterceptionWithEstablishedPDNConnection {
        1 iMSI IMSI; 2 mSISDN MSISDN; 3 externalIdentifier NAI; 4 iMEI IMEI;
        5 ePSBearerID Integer; 6 sCEFID Text; 7 aPN APN; 8 rDSSupport Boolean; 9 sCSASID Text;
    }
    SCEFDeviceTrigger {
        1 iMSI IMSI; 2 mSISDN MSISDN; 3 externalIdentifier NAI; 4 triggerId Text; 5 sCSASID Text;
        6 triggerPayload Octets; 7 validityPeriod Integer; 8 priorityDT PriorityDT;
        9 sourcePortId Integer; 10 destinationPortId Integer;
    }
    SCEFDeviceTriggerReplace {
        1 iMSI IMSI; 2 mSISDN MSISDN; 3 externalIdentifier NAI; 4 triggerId Text; 5 sCSASID Text;
        6 triggerPayload Octets; 7 validityPeriod Integer; 8 priorityDT PriorityDT;
        9 sourcePortId Integer; 10 destinationPortId Integer;
    }
    SCEFDeviceTriggerCancellation {
        1 iMSI IMSI; 2 mSISDN MSISDN; 3 externalIdentifier NAI; 4 triggerId Text;
    }
    SCEFDeviceTriggerReportNotify {
        1 iMSI IMSI; 2 mSISDN MSISDN; 3 externalIdentifier NAI; 4 triggerId Text;
        5 deviceTriggerDeliveryResult DeviceTriggerDeliveryResult;
    }
    SCEFMSISDNLessMOSMS {
        1 iMSI IMSI; 2 mSISDN MSISDN; 3 externalIdentifie NAI; 4 terminatingSMSParty Text;
        5 sMS SMSTPDUData; 6 sourcePort Integer; 7 destinationPort Integer;
    }
    SCEFCommunicationPatternUpdate {
        1 mSISDN MSISDN; 2 externalIdentifier NAI;
        3 periodicCommunicationIndicator PeriodicCommunicationIndicator;
        4 communicationDurationTime Integer; 5 periodicTime Integer;
        6 scheduledCommunicationTime ScheduledCommunicationTime;
        7 scheduledCommunicationType ScheduledCommunicationType;
        8 stationaryIndication StationaryIndication; 9 batteryIndication BatteryIndication;
        10 trafficProfile TrafficProfile; 11 expectedUEMovingTrajectory ListOfUMTLocationArea5G;
        13 sCSASID Text; 14 validityTime Time;
    }
    AAnFAnchorKeyRegister { 1 aKID NAI; 2 sUPI SUPI; 3 kAKMA Octets; }
    AAnFKAKMAApplicationKeyGet { 1 type KeyGetType; 2 aKID NAI; 3 keyInfo AFKeyInfo; }
    AAnFStartOfInterceptWithEstablishedAKMAKeyMaterial {
        1 aKID NAI; 2 kAKMA Octets; 3 aFKeyList ListOfAFKeyInfo;
    }
    AAnFAKMAContextRemovalRecord { 1 aKID NAI; 2 nFID Text; }
    AKMAAFID { 1 aFFQDN Text; 2 uaProtocolID Octets; }
    GenericUAStarParams { 1 genericClientParams Octets; 2 genericServerParams Octets; }
    TLS12UAStarParams {
        1 preMasterSecret Octets; 2 masterSecret Octets; 3 pRFAlgorithm TLSPRFAlgorithm;
        4 cipherSuite ListOfInteger; 5 cipherType TLSCipherType; 6 encKeyLength Integer;
        7 blockLength Integer; 8 fixedIVLength Integer; 9 recordIVLength Integer;
        10 macLength Integer; 11 macKeyLength Integer;
        12 compressionAlgorithm TLSCompressionAlgorithm; 13 clientRandom Octets;
        14 serverRandom Octets; 15 clientSequenceNumber Integer; 16 serverSequenceNumber Integer;
        17 sessionID Octets; 18 tLSServerExtensions Octets; 19 tLSClientExtensions Octets;
    }
    AFKeyInfo { 1 aFID AKMAAFID; 2 kAF Octets; 3 kAFExpTime Time; }
    AFAKMAApplicationKeyRefresh {
        1 aFID Text; 2 aKID NAI; 3 kAF Octets; 4 uaStarParams UAStarParams;
    }
    AFStartOfInterceptWithEstablishedAKMAApplicationKey {
        1 aFID Text; 2 aKID NAI; 3 kAFParamList ListOfAFSecurityParams;
    }
    AFAuxiliarySecurityParameterEstablishment { 1 aFSecurityParams AFSecurityParams; }
    AFSecurityParams { 1 aFID Text; 2 aKID NAI; 3 kAF Octets; 4 uaStarParams UAStarParams; }
    AFApplicationKeyRemoval { 1 aFID Text; 2 aKID NAI; 3 removalCause AFKeyRemovalCause; }
}
