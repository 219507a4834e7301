//! Choices: one alternative of several, each by its tag.
//!
//! Per alternative: tag number, name, type. Data alone; `walk` gives it meaning.
//!
//! Rules: TS 33.128 annex A (`IRIEvent`, `CCPDU` and the choices they hold).
use super::*;

choice! {
    IRIEvent {
        1 registration AMFRegistration; 2 deregistration AMFDeregistration;
        3 locationUpdate AMFLocationUpdate;
        4 startOfInterceptionWithRegisteredUE AMFStartOfInterceptionWithRegisteredUE;
        5 unsuccessfulRegistrationProcedure AMFUnsuccessfulProcedure;
        6 pDUSessionEstablishment SMFPDUSessionEstablishment;
        7 pDUSessionModification SMFPDUSessionModification;
        8 pDUSessionRelease SMFPDUSessionRelease;
        9 startOfInterceptionWithEstablishedPDUSession
            SMFStartOfInterceptionWithEstablishedPDUSession;
        10 unsuccessfulSessionProcedure SMFUnsuccessfulProcedure;
        11 servingSystemMessage UDMServingSystemMessage; 12 sMSMessage SMSMessage;
        13 lALSReport LALSReport; 14 pDHeaderReport PDHeaderReport;
        15 pDSummaryReport PDSummaryReport; 16 mDFCellSiteReport ListOfCellInformation;
        17 mMSSend MMSSend; 18 mMSSendByNonLocalTarget MMSSendByNonLocalTarget;
        19 mMSNotification MMSNotification; 20 mMSSendToNonLocalTarget MMSSendToNonLocalTarget;
        21 mMSNotificationResponse MMSNotificationResponse; 22 mMSRetrieval MMSRetrieval;
        23 mMSDeliveryAck MMSDeliveryAck; 24 mMSForward MMSForward;
        25 mMSDeleteFromRelay MMSDeleteFromRelay; 26 mMSDeliveryReport MMSDeliveryReport;
        27 mMSDeliveryReportNonLocalTarget MMSDeliveryReportNonLocalTarget;
        28 mMSReadReport MMSReadReport;
        29 mMSReadReportNonLocalTarget MMSReadReportNonLocalTarget; 30 mMSCancel MMSCancel;
        31 mMSMBoxStore MMSMBoxStore; 32 mMSMBoxUpload MMSMBoxUpload;
        33 mMSMBoxDelete MMSMBoxDelete; 34 mMSMBoxViewRequest MMSMBoxViewRequest;
        35 mMSMBoxViewResponse MMSMBoxViewResponse; 36 pTCRegistration PTCRegistration;
        37 pTCSessionInitiation PTCSessionInitiation; 38 pTCSessionAbandon PTCSessionAbandon;
        39 pTCSessionStart PTCSessionStart; 40 pTCSessionEnd PTCSessionEnd;
        41 pTCStartOfInterception PTCStartOfInterception;
        42 pTCPreEstablishedSession PTCPreEstablishedSession;
        43 pTCInstantPersonalAlert PTCInstantPersonalAlert; 44 pTCPartyJoin PTCPartyJoin;
        45 pTCPartyDrop PTCPartyDrop; 46 pTCPartyHold PTCPartyHold;
        47 pTCMediaModification PTCMediaModification;
        48 pTCGroupAdvertisement PTCGroupAdvertisement; 49 pTCFloorControl PTCFloorControl;
        50 pTCTargetPresence PTCTargetPresence; 51 pTCParticipantPresence PTCParticipantPresence;
        52 pTCListManagement PTCListManagement; 53 pTCAccessPolicy PTCAccessPolicy;
        54 subscriberRecordChangeMessage UDMSubscriberRecordChangeMessage;
        55 cancelLocationMessage UDMCancelLocationMessage; 56 sMSReport SMSReport;
        57 sMFMAPDUSessionEstablishment SMFMAPDUSessionEstablishment;
        58 sMFMAPDUSessionModification SMFMAPDUSessionModification;
        59 sMFMAPDUSessionRelease SMFMAPDUSessionRelease;
        60 startOfInterceptionWithEstablishedMAPDUSession
            SMFStartOfInterceptionWithEstablishedMAPDUSession;
        61 unsuccessfulMASMProcedure SMFMAUnsuccessfulProcedure;
        62 aMFIdentifierAssociation AMFIdentifierAssociation;
        63 mMEIdentifierAssociation MMEIdentifierAssociation;
        64 sMFPDUtoMAPDUSessionModification SMFPDUtoMAPDUSessionModification;
        65 nEFPDUSessionEstablishment NEFPDUSessionEstablishment;
        66 nEFPDUSessionModification NEFPDUSessionModification;
        67 nEFPDUSessionRelease NEFPDUSessionRelease;
        68 nEFUnsuccessfulProcedure NEFUnsuccessfulProcedure;
        69 nEFStartOfInterceptionWithEstablishedPDUSession
            NEFStartOfInterceptionWithEstablishedPDUSession;
        70 nEFdeviceTrigger NEFDeviceTrigger; 71 nEFdeviceTriggerReplace NEFDeviceTriggerReplace;
        72 nEFdeviceTriggerCancellation NEFDeviceTriggerCancellation;
        73 nEFdeviceTriggerReportNotify NEFDeviceTriggerReportNotify;
        74 nEFMSISDNLessMOSMS NEFMSISDNLessMOSMS;
        75 nEFExpectedUEBehaviourUpdate NEFExpectedUEBehaviourUpdate;
        76 sCEFPDNConnectionEstablishment SCEFPDNConnectionEstablishment;
        77 sCEFPDNConnectionUpdate SCEFPDNConnectionUpdate;
        78 sCEFPDNConnectionRelease SCEFPDNConnectionRelease;
        79 sCEFUnsuccessfulProcedure SCEFUnsuccessfulProcedure;
        80 sCEFStartOfInterceptionWithEstablishedPDNConnection
            SCEFStartOfInterceptionWithEstablishedPDNConnection;
        81 sCEFdeviceTrigger SCEFDeviceTrigger;
        82 sCEFdeviceTriggerReplace SCEFDeviceTriggerReplace;
        83 sCEFdeviceTriggerCancellation SCEFDeviceTriggerCancellation;
        84 sCEFdeviceTriggerReportNotify SCEFDeviceTriggerReportNotify;
        85 sCEFMSISDNLessMOSMS SCEFMSISDNLessMOSMS;
        86 sCEFCommunicationPatternUpdate SCEFCommunicationPatternUpdate; 87 mMEAttach MMEAttach;
        88 mMEDetach MMEDetach; 89 mMELocationUpdate MMELocationUpdate;
        90 mMEStartOfInterceptionWithEPSAttachedUE MMEStartOfInterceptionWithEPSAttachedUE;
        91 mMEUnsuccessfulProcedure MMEUnsuccessfulProcedure;
        92 aAnFAnchorKeyRegister AAnFAnchorKeyRegister;
        93 aAnFKAKMAApplicationKeyGet AAnFKAKMAApplicationKeyGet;
        94 aAnFStartOfInterceptWithEstablishedAKMAKeyMaterial
            AAnFStartOfInterceptWithEstablishedAKMAKeyMaterial;
        95 aAnFAKMAContextRemovalRecord AAnFAKMAContextRemovalRecord;
        96 aFAKMAApplicationKeyRefresh AFAKMAApplicationKeyRefresh;
        97 aFStartOfInterceptWithEstablishedAKMAApplicationKey
            AFStartOfInterceptWithEstablishedAKMAApplicationKey;
        98 aFAuxiliarySecurityParameterEstablishment AFAuxiliarySecurityParameterEstablishment;
        99 aFApplicationKeyRemoval AFApplicationKeyRemoval;
        100 n9HRPDUSessionInfo N9HRPDUSessionInfo; 101 s8HRBearerInfo S8HRBearerInfo;
        102 separatedLocationReporting SeparatedLocationReporting;
        103 sTIRSHAKENSignatureGeneration STIRSHAKENSignatureGeneration;
        104 sTIRSHAKENSignatureValidation STIRSHAKENSignatureValidation;
        105 iMSMessage IMSMessage;
        106 startOfInterceptionForActiveIMSSession StartOfInterceptionForActiveIMSSession;
        107 iMSCCUnavailable IMSCCUnavailable;
        108 uDMLocationInformationResultRecord UDMLocationInformationResult;
        109 uDMUEInformationResponse UDMUEInformationResponse;
        110 uDMUEAuthenticationResponse UDMUEAuthenticationResponse;
        111 positioningInfoTransfer AMFPositioningInfoTransfer;
        112 mMEPositioningInfoTransfer MMEPositioningInfoTransfer;
        132 aMFUEConfigurationUpdate AMFUEConfigurationUpdate;
        165 mMSConvertedFromEmail MMSConvertedFromEmail;
        166 mMSConvertedToEmail MMSConvertedToEmail;
        186 aMFIdentifierDeassociation AMFIdentifierDeassociation;
        187 mMEIdentifierDeassociation MMEIdentifierDeassociation;
    }
    MediatedFromIndicator { 1 xIRIRelativeOID Oid; }
    CCPDU {
        1 uPFCCPDU Octets; 2 extendedUPFCCPDU ExtendedUPFCCPDU; 3 mMSCCPDU MMSCCPDU;
        4 nIDDCCPDU Octets; 5 pTCCCPDU Octets; 6 iMSCCPDU IMSCCPDU;
    }
    LINotificationMessage { 1 lINotification LINotification; }
    UAStarParams { 1 tls12 TLS12UAStarParams; 2 generic GenericUAStarParams; }
    AMFFailureCause { 1 fiveGMMCause Integer; 2 fiveGSMCause Integer; }
    IPAddressOrRangeOrAny {
        1 iPAddress IPAddress; 2 ipAddressRange IPMask; 3 anyIPAddress AnyIPAddress;
    }
    NextLayerProtocolOrAny {
        1 nextLayerProtocol Integer; 2 anyNextLayerProtocol AnyNextLayerProtocol;
    }
    UPFCCPDUPayload { 1 uPFIPCC Octets; 2 uPFEthernetCC Octets; 3 uPFUnstructuredCC Octets; }
    UDMProblemDetailsCause {
        1 uDMDefinedCause UDMDefinedCause; 2 otherCause UDMProblemDetailsOtherCause;
    }
    SMSNFAddress { 1 iPAddress IPAddress; 2 e164Number E164Number; }
    SMSTPDUData { 1 sMSTPDU SMSTPDU; 2 truncatedSMSTPDU TruncatedSMSTPDU; }
    MMSPartyID {
        1 e164Number E164Number; 2 emailAddress EmailAddress; 3 iMSI IMSI; 4 iMPU IMPU;
        5 iMPI NAI; 6 sUPI SUPI; 7 gPSI GPSI;
    }
    PTCIdentifiers {
        1 mCPTTID Text; 2 instanceIdentifierURN Text; 3 pTCChatGroupID PTCChatGroupID;
        4 iMPU IMPU; 5 iMPI NAI;
    }
    IMSPayload { 1 encapsulatedSIPMessage SIPMessage; }
    STIRSHAKENOriginator { 1 telephoneNumber STIRSHAKENTN; 2 sTIRSHAKENURI Text; }
    STIRSHAKENDestination { 1 telephoneNumber STIRSHAKENTN; 2 sTIRSHAKENURI Text; }
    STIRSHAKENTN { 1 mSISDN MSISDN; }
    MMEFailureCause { 1 eMMCause Integer; 2 eSMCause Integer; }
    EPS5GGUTI { 1 gUTI GUTI; 2 fiveGGUTI FiveGGUTI; }
    FiveGSSubscriberID { 1 sUPI SUPI; 2 sUCI SUCI; 3 pEI PEI; 4 gPSI GPSI; }
    GPSI { 1 mSISDN MSISDN; 2 nAI NAI; }
    IMPU { 1 sIPURI SIPURI; 2 tELURI TELURI; }
    IPAddress { 1 iPv4Address IPv4Address; 2 iPv6Address IPv6Address; }
    NonIMEISVPEI { 1 mACAddress MACAddress; 2 eUI64 EUI64; }
    PEI { 1 iMEI IMEI; 2 iMEISV IMEISV; 3 mACAddress MACAddress; 4 eUI64 EUI64; }
    SubscriberIdentifier { 1 sUCI SUCI; 2 sUPI SUPI; }
    SUPI { 1 iMSI IMSI; 2 nAI NAI; }
    TargetIdentifier {
        1 sUPI SUPI; 2 iMSI IMSI; 3 pEI PEI; 4 iMEI IMEI; 5 gPSI GPSI; 6 mSISDN MSISDN; 7 nAI NAI;
        8 iPv4Address IPv4Address; 9 iPv6Address IPv6Address; 10 ethernetAddress MACAddress;
        11 iMPU IMPU; 12 iMPI NAI; 13 e164Number E164Number; 14 emailAddress EmailAddress;
        15 mCPTTID Text; 16 instanceIdentifierURN Text; 17 pTCChatGroupID PTCChatGroupID;
    }
    UEEndpointAddress {
        1 iPv4Address IPv4Address; 2 iPv6Address IPv6Address; 3 ethernetAddress MACAddress;
    }
    ANNodeID {
        1 n3IWFID Text; 2 gNbID Bits; 3 nGENbID NGENbID; 4 eNbID ENbID; 5 wAGFID Text;
        6 tNGFID Text;
    }
    RANCGI { 1 eCGI ECGI; 2 nCGI NCGI; 3 cGI CGI; }
    NGENbID { 1 macroNGENbID Bits; 2 shortMacroNGENbID Bits; 3 longMacroNGENbID Bits; }
    ENbID { 1 macroENbID Bits; 2 homeENbID Bits; 3 shortMacroENbID Bits; 4 longMacroENbID Bits; }
    RawMLPResponse { 1 mLPPositionData Text; 2 mLPErrorCode Integer; }
    FourGLocationInfo {
        1 ePSLocationInformation EPSLocationInformation;
        2 ePSUserLocationInformation EPSUserLocationInformation;
    }
    GeographicArea {
        1 point Point; 2 pointUncertaintyCircle PointUncertaintyCircle;
        3 pointUncertaintyEllipse PointUncertaintyEllipse; 4 polygon Polygon;
        5 pointAltitude PointAltitude; 6 pointAltitudeUncertainty PointAltitudeUncertainty;
        7 ellipsoidArc EllipsoidArc;
    }
    VelocityEstimate {
        1 horVelocity HorizontalVelocity; 2 horWithVertVelocity HorizontalWithVerticalVelocity;
        3 horVelocityWithUncertainty HorizontalVelocityWithUncertainty;
        4 horWithVertVelocityAndUncertainty HorizontalWithVerticalVelocityAndUncertainty;
    }
}

list! {
        ListOfAFKeyInfo AFKeyInfo; ListOfAFSecurityParams AFSecurityParams;
        ListOfAMFEventArea AMFEventArea; ListOfAccessInfo AccessInfo; ListOfAccessType AccessType;
        ListOfCMInfo CMInfo; ListOfCellInformation CellInformation; ListOfDaytime Daytime;
        ListOfECGI ECGI; ListOfEPSBearerContext EPSBearerContext;
        ListOfEPSBearerContextCreated EPSBearerContextCreated;
        ListOfEPSBearerContextForRemoval EPSBearerContextForRemoval;
        ListOfEPSBearerContextModified EPSBearerContextModified; ListOfEPSBearers EPSBearers;
        ListOfEPSBearersDeleted EPSBearersDeleted;
        ListOfEPSDeleteBearerContext EPSDeleteBearerContext; ListOfFTEID FTEID;
        ListOfFiveGSSubscriberID FiveGSSubscriberID; ListOfFlowInformation FlowInformation;
        ListOfGNSSPositioningMethodAndUsage GNSSPositioningMethodAndUsage;
        ListOfGeographicalCoordinates GeographicalCoordinates;
        ListOfGlobalRANNodeID GlobalRANNodeID; ListOfIMPU IMPU;
        ListOfIRITargetIdentifier IRITargetIdentifier; ListOfInteger Integer;
        ListOfLIAppliedDeliveryInformation LIAppliedDeliveryInformation;
        ListOfMMBoxDescription MMBoxDescription; ListOfMMFlags MMFlags; ListOfMMSParty MMSParty;
        ListOfMMSPartyID MMSPartyID; ListOfMMSPreviouslySent MMSPreviouslySent;
        ListOfMMState MMState; ListOfNCGI NCGI; ListOfOctets Octets; ListOfPASSporT PASSporT;
        ListOfPCCRule PCCRule; ListOfPFD PFD; ListOfPFDDataForApp PFDDataForApp;
        ListOfPFDFlowDescription PFDFlowDescription; ListOfPTCFloorActivity PTCFloorActivity;
        ListOfPTCIDList PTCIDList; ListOfPTCIdentifiers PTCIdentifiers;
        ListOfPTCParticipantPresenceStatus PTCParticipantPresenceStatus;
        ListOfPTCTargetInformation PTCTargetInformation;
        ListOfPositioningMethodAndUsage PositioningMethodAndUsage; ListOfQOSFlowList QOSFlowList;
        ListOfQOSFlowTunnelInformation QOSFlowTunnelInformation; ListOfRMInfo RMInfo;
        ListOfRejectedSNSSAI RejectedSNSSAI; ListOfRouteToLocation RouteToLocation;
        ListOfSNSSAI SNSSAI; ListOfSTIRSHAKENDestination STIRSHAKENDestination;
        ListOfSubscriberIdentifier SubscriberIdentifier; ListOfTAI TAI; ListOfText Text;
        ListOfUEEndpointAddress UEEndpointAddress; ListOfUMTLocationArea5G UMTLocationArea5G;
        ListOfVLANTag VLANTag;
}
