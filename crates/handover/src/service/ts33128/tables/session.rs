//! Sequences of AMF, SMF, UPF, UDM and SMSF: registration, sessions, subscribers, SMS.
//!
//! Per field: tag number, name, type. Data alone; `walk` gives it meaning.
//!
//! Rules: TS 33.128 clauses 6.2, 6.3, 7.2.
use super::*;

sequence! {
    AMFRegistration {
        1 registrationType AMFRegistrationType; 2 registrationResult AMFRegistrationResult;
        3 slice Slice; 4 sUPI SUPI; 5 sUCI SUCI; 6 pEI PEI; 7 gPSI GPSI; 8 gUTI FiveGGUTI;
        9 location Location; 10 non3GPPAccessEndpoint UEEndpointAddress;
        11 fiveGSTAIList ListOfTAI; 12 sMSOverNasIndicator SMSOverNASIndicator;
        13 oldGUTI EPS5GGUTI; 14 eMM5GRegStatus EMM5GMMStatus; 15 nonIMEISVPEI NonIMEISVPEI;
        16 mACRestIndicator MACRestrictionIndicator; 17 pagingRestrictionIndicator Octets;
        18 rATType RATType; 19 additionalUserIdentifiers UserIdentifiers;
    }
    AMFDeregistration {
        1 deregistrationDirection AMFDirection; 2 accessType AccessType; 3 sUPI SUPI; 4 sUCI SUCI;
        5 pEI PEI; 6 gPSI GPSI; 7 gUTI FiveGGUTI; 8 cause Integer; 9 location Location;
        10 switchOffIndicator SwitchOffIndicator;
        11 reRegRequiredIndicator ReRegRequiredIndicator;
        12 additionalUserIdentifiers UserIdentifiers;
    }
    AMFLocationUpdate {
        1 sUPI SUPI; 2 sUCI SUCI; 3 pEI PEI; 4 gPSI GPSI; 5 gUTI FiveGGUTI; 6 location Location;
        7 sMSOverNASIndicator SMSOverNASIndicator; 8 oldGUTI EPS5GGUTI;
        9 additionalUserIdentifiers UserIdentifiers;
    }
    AMFStartOfInterceptionWithRegisteredUE {
        1 registrationResult AMFRegistrationResult; 2 registrationType AMFRegistrationType;
        3 slice Slice; 4 sUPI SUPI; 5 sUCI SUCI; 6 pEI PEI; 7 gPSI GPSI; 8 gUTI FiveGGUTI;
        9 location Location; 10 non3GPPAccessEndpoint UEEndpointAddress;
        11 timeOfRegistration Time; 12 fiveGSTAIList ListOfTAI;
        13 sMSOverNASIndicator SMSOverNASIndicator; 14 oldGUTI EPS5GGUTI;
        15 eMM5GRegStatus EMM5GMMStatus; 16 additionalUserIdentifiers UserIdentifiers;
    }
    AMFUnsuccessfulProcedure {
        1 failedProcedureType AMFFailedProcedureType; 2 failureCause AMFFailureCause;
        3 requestedSlice ListOfSNSSAI; 4 sUPI SUPI; 5 sUCI SUCI; 6 pEI PEI; 7 gPSI GPSI;
        8 gUTI FiveGGUTI; 9 location Location; 10 additionalUserIdentifiers UserIdentifiers;
    }
    AMFPositioningInfoTransfer {
        1 sUPI SUPI; 2 sUCI SUCI; 3 pEI PEI; 4 gPSI GPSI; 5 gUTI FiveGGUTI; 6 nRPPaMessage Octets;
        7 lPPMessage Octets; 8 lcsCorrelationId Text; 9 additionalUserIdentifiers UserIdentifiers;
    }
    AMFUEConfigurationUpdate {
        1 userIdentifiers UserIdentifiers; 2 gUTI GUTI; 3 oldGUTI EPS5GGUTI;
        4 fiveGSTAIList ListOfTAI; 5 slice Slice; 6 serviceAreaList Octets;
        7 registrationResult AMFRegistrationResult; 8 sMSOverNASIndicator SMSOverNASIndicator;
    }
    AMFID { 1 aMFRegionID Integer; 2 aMFSetID Integer; 3 aMFPointer Integer; }
    SMFPDUSessionEstablishment {
        1 sUPI SUPI; 2 sUPIUnauthenticated Boolean; 3 pEI PEI; 4 gPSI GPSI;
        5 pDUSessionID Integer; 6 gTPTunnelID FTEID; 7 pDUSessionType PDUSessionType;
        8 sNSSAI SNSSAI; 9 uEEndpoint ListOfUEEndpointAddress;
        10 non3GPPAccessEndpoint UEEndpointAddress; 11 location Location; 12 dNN DNN;
        13 aMFID AMFID; 14 hSMFURI Text; 15 requestType FiveGSMRequestType;
        16 accessType AccessType; 17 rATType RATType; 18 sMPDUDNRequest Octets;
        19 uEEPSPDNConnection Octets; 20 ePS5GSComboInfo EPS5GSComboInfo; 21 selectedDNN DNN;
        22 servingNetwork SMFServingNetwork; 23 oldPDUSessionID Integer;
        24 handoverState HandoverState; 25 gTPTunnelInfo GTPTunnelInfo; 26 pCCRules ListOfPCCRule;
        27 ePSPDNConnectionEstablishment EPSPDNConnectionEstablishment;
    }
    SMFPDUSessionModification {
        1 sUPI SUPI; 2 sUPIUnauthenticated Boolean; 3 pEI PEI; 4 gPSI GPSI; 5 sNSSAI SNSSAI;
        6 non3GPPAccessEndpoint UEEndpointAddress; 7 location Location;
        8 requestType FiveGSMRequestType; 9 accessType AccessType; 10 rATType RATType;
        11 pDUSessionID Integer; 12 ePS5GSComboInfo EPS5GSComboInfo;
        13 uEEndpoint UEEndpointAddress; 14 servingNetwork SMFServingNetwork;
        15 handoverState HandoverState; 16 gTPTunnelInfo GTPTunnelInfo; 17 pCCRules ListOfPCCRule;
        18 ePSPDNConnectionModification EPSPDNConnectionModification;
        19 uPPathChange UPPathChange; 20 pFDDataForApp PFDDataForApp;
    }
    SMFPDUSessionRelease {
        1 sUPI SUPI; 2 pEI PEI; 3 gPSI GPSI; 4 pDUSessionID Integer; 5 timeOfFirstPacket Time;
        6 timeOfLastPacket Time; 7 uplinkVolume Integer; 8 downlinkVolume Integer;
        9 location Location; 10 cause Text; 11 ePS5GSComboInfo EPS5GSComboInfo;
        12 nGAPCause NGAPCauseInt; 13 fiveGMMCause Integer; 14 pCCRuleIDs ListOfText;
        15 ePSPDNConnectionRelease EPSPDNConnectionRelease;
    }
    SMFStartOfInterceptionWithEstablishedPDUSession {
        1 sUPI SUPI; 2 sUPIUnauthenticated Boolean; 3 pEI PEI; 4 gPSI GPSI;
        5 pDUSessionID Integer; 6 gTPTunnelID FTEID; 7 pDUSessionType PDUSessionType;
        8 sNSSAI SNSSAI; 9 uEEndpoint ListOfUEEndpointAddress;
        10 non3GPPAccessEndpoint UEEndpointAddress; 11 location Location; 12 dNN DNN;
        13 aMFID AMFID; 14 hSMFURI Text; 15 requestType FiveGSMRequestType;
        16 accessType AccessType; 17 rATType RATType; 18 sMPDUDNRequest Octets;
        19 timeOfSessionEstablishment Time; 20 ePS5GSComboInfo EPS5GSComboInfo;
        21 uEEPSPDNConnection Octets; 22 servingNetwork SMFServingNetwork;
        23 gTPTunnelInfo GTPTunnelInfo; 24 pCCRules ListOfPCCRule;
        25 ePSStartOfInterceptionWithEstablishedPDNConnection
            EPSStartOfInterceptionWithEstablishedPDNConnection;
        26 pFDDataForApps ListOfPFDDataForApp;
    }
    SMFUnsuccessfulProcedure {
        1 failedProcedureType SMFFailedProcedureType; 2 failureCause Integer;
        3 initiator Initiator; 4 requestedSlice ListOfSNSSAI; 5 sUPI SUPI;
        6 sUPIUnauthenticated Boolean; 7 pEI PEI; 8 gPSI GPSI; 9 pDUSessionID Integer;
        10 uEEndpoint ListOfUEEndpointAddress; 11 non3GPPAccessEndpoint UEEndpointAddress;
        12 dNN DNN; 13 aMFID AMFID; 14 hSMFURI Text; 15 requestType FiveGSMRequestType;
        16 accessType AccessType; 17 rATType RATType; 18 sMPDUDNRequest Octets;
        19 location Location;
    }
    SMFPDUtoMAPDUSessionModification {
        1 sUPI SUPI; 2 sUPIUnauthenticated Boolean; 3 pEI PEI; 4 gPSI GPSI; 5 sNSSAI SNSSAI;
        6 non3GPPAccessEndpoint UEEndpointAddress; 7 location Location;
        8 requestType FiveGSMRequestType; 9 accessType AccessType; 10 rATType RATType;
        11 pDUSessionID Integer; 12 requestIndication RequestIndication; 13 aTSSSContainer Octets;
        14 uEEndpoint UEEndpointAddress; 15 servingNetwork SMFServingNetwork;
        16 handoverState HandoverState; 17 gTPTunnelInfo GTPTunnelInfo;
        18 ePSPDNConnectionModification EPSPDNConnectionModification;
    }
    SMFMAPDUSessionEstablishment {
        1 sUPI SUPI; 2 sUPIUnauthenticated Boolean; 3 pEI PEI; 4 gPSI GPSI;
        5 pDUSessionID Integer; 6 pDUSessionType PDUSessionType; 7 accessInfo ListOfAccessInfo;
        8 sNSSAI SNSSAI; 9 uEEndpoint ListOfUEEndpointAddress; 10 location Location; 11 dNN DNN;
        12 aMFID AMFID; 13 hSMFURI Text; 14 requestType FiveGSMRequestType;
        15 sMPDUDNRequest Octets; 16 servingNetwork SMFServingNetwork; 17 oldPDUSessionID Integer;
        18 mAUpgradeIndication Boolean; 19 ePSPDNCnxInfo Text; 20 mAAcceptedIndication Boolean;
        21 aTSSSContainer Octets; 22 uEEPSPDNConnection Octets;
        23 ePS5GSComboInfo EPS5GSComboInfo; 24 selectedDNN DNN; 25 handoverState HandoverState;
        26 pCCRules ListOfPCCRule; 27 ePSPDNConnectionEstablishment EPSPDNConnectionEstablishment;
    }
    SMFMAPDUSessionModification {
        1 sUPI SUPI; 2 sUPIUnauthenticated Boolean; 3 pEI PEI; 4 gPSI GPSI;
        5 pDUSessionID Integer; 6 accessInfo ListOfAccessInfo; 7 sNSSAI SNSSAI;
        8 location Location; 9 requestType FiveGSMRequestType;
        10 servingNetwork SMFServingNetwork; 11 oldPDUSessionID Integer;
        12 mAUpgradeIndication Boolean; 13 ePSPDNCnxInfo Text; 14 mAAcceptedIndication Boolean;
        15 aTSSSContainer Octets; 16 uEEPSPDNConnection Octets;
        17 ePS5GSComboInfo EPS5GSComboInfo; 18 handoverState HandoverState;
        19 pCCRules ListOfPCCRule; 20 uPPathChange UPPathChange; 21 pFDDataForApp PFDDataForApp;
        22 ePSPDNConnectionModification EPSPDNConnectionModification;
    }
    SMFMAPDUSessionRelease {
        1 sUPI SUPI; 2 pEI PEI; 3 gPSI GPSI; 4 pDUSessionID Integer; 5 timeOfFirstPacket Time;
        6 timeOfLastPacket Time; 7 uplinkVolume Integer; 8 downlinkVolume Integer;
        9 location Location; 10 cause Text; 11 nGAPCause NGAPCauseInt; 12 fiveGMMCause Integer;
        13 pCCRuleIDs ListOfText; 14 ePSPDNConnectionRelease EPSPDNConnectionRelease;
    }
    SMFStartOfInterceptionWithEstablishedMAPDUSession {
        1 sUPI SUPI; 2 sUPIUnauthenticated Boolean; 3 pEI PEI; 4 gPSI GPSI;
        5 pDUSessionID Integer; 6 pDUSessionType PDUSessionType; 7 accessInfo ListOfAccessInfo;
        8 sNSSAI SNSSAI; 9 uEEndpoint ListOfUEEndpointAddress; 10 location Location; 11 dNN DNN;
        12 aMFID AMFID; 13 hSMFURI Text; 14 requestType FiveGSMRequestType;
        15 sMPDUDNRequest Octets; 16 servingNetwork SMFServingNetwork; 17 oldPDUSessionID Integer;
        18 mAUpgradeIndication Boolean; 19 ePSPDNCnxInfo Text; 20 mAAcceptedIndication Boolean;
        21 aTSSSContainer Octets; 22 ePS5GSComboInfo EPS5GSComboInfo;
        23 uEEPSPDNConnection Octets; 24 pCCRules ListOfPCCRule;
        25 pFDDataForApps ListOfPFDDataForApp;
        26 ePSStartOfInterceptionWithEstablishedPDNConnection
            EPSStartOfInterceptionWithEstablishedPDNConnection;
    }
    SMFMAUnsuccessfulProcedure {
        1 failedProcedureType SMFFailedProcedureType; 2 failureCause Integer;
        3 requestedSlice ListOfSNSSAI; 4 initiator Initiator; 5 sUPI SUPI;
        6 sUPIUnauthenticated Boolean; 7 pEI PEI; 8 gPSI GPSI; 9 pDUSessionID Integer;
        10 accessInfo ListOfAccessInfo; 11 uEEndpoint ListOfUEEndpointAddress;
        12 location Location; 13 dNN DNN; 14 aMFID AMFID; 15 hSMFURI Text;
        16 requestType FiveGSMRequestType; 17 sMPDUDNRequest Octets;
    }
    SMFServingNetwork { 1 pLMNID PLMNID; 2 nID Text; }
    AccessInfo {
        1 accessType AccessType; 2 rATType RATType; 3 gTPTunnelID FTEID;
        4 non3GPPAccessEndpoint UEEndpointAddress; 5 establishmentStatus EstablishmentStatus;
        6 aNTypeToReactivate AccessType; 7 gTPTunnelInfo GTPTunnelInfo;
    }
    DLRANTunnelInformation {
        1 dLQOSFlowTunnelInformation QOSFlowTunnelInformation;
        2 additionalDLQOSFlowTunnelInformation ListOfQOSFlowTunnelInformation;
        3 redundantDLQOSFlowTunnelInformation ListOfQOSFlowTunnelInformation;
        4 additionalredundantDLQOSFlowTunnelInformation ListOfQOSFlowTunnelInformation;
    }
    FiveGSGTPTunnels {
        1 uLNGUUPTunnelInformation FTEID; 2 additionalULNGUUPTunnelInformation ListOfFTEID;
        3 dLRANTunnelInformation DLRANTunnelInformation;
    }
    NGAPCauseInt { 1 group Integer; 2 value Integer; }
    QOSFlowTunnelInformation {
        1 uPTunnelInformation FTEID; 2 associatedQOSFlowList ListOfQOSFlowList;
    }
    QOSFlowList {
        1 qFI Integer; 2 qOSRules Octets; 3 eBI Integer; 4 qOSFlowDescription Octets;
        5 qOSFlowProfile QOSFlowProfile; 6 associatedANType AccessType;
        7 defaultQOSRuleIndication Boolean;
    }
    QOSFlowProfile { 1 fiveQI Integer; }
    PCCRule {
        1 pCCRuleID Text; 2 appId Text; 3 flowInfos ListOfFlowInformation; 4 appReloc Boolean;
        5 simConnInd Boolean; 6 simConnTerm Integer; 7 maxAllowedUpLat Integer;
        8 trafficRoutes ListOfRouteToLocation; 9 trafficSteeringPolIdDl Text;
        10 trafficSteeringPolIdUl Text; 11 sourceDNAI Text; 12 targetDNAI Text;
        13 dNAIChangeType DNAIChangeType; 14 sourceUEIPAddr IPAddress;
        15 targetUEIPAddr IPAddress; 16 sourceTrafficRouting RouteToLocation;
        17 targetTrafficRouting RouteToLocation; 18 eASIPReplaceInfos EASIPReplaceInfos;
    }
    UPPathChange {
        1 sourceDNAI Text; 2 targetDNAI Text; 3 dNAIChangeType DNAIChangeType;
        4 sourceUEIPAddr IPAddress; 5 targetUEIPAddr IPAddress;
        6 sourceTrafficRouting RouteToLocation; 7 targetTrafficRouting RouteToLocation;
        8 mACAddress MACAddress;
    }
    FlowInformation {
        1 flowDescription FlowDescription; 2 ethFlowDescription EthFlowDescription;
        3 tosTrafficClass Octets; 4 spi Octets; 5 flowLabel Octets; 6 flowDirection FlowDirection;
    }
    FlowDescription {
        1 sourceIPAddress IPAddressOrRangeOrAny; 2 destinationIPAddress IPAddressOrRangeOrAny;
        3 sourcePortNumber Integer; 4 destinationPortNumber Integer;
        5 protocol NextLayerProtocolOrAny;
    }
    IPMask { 1 fromIPAddress IPAddress; 2 toIPAddress IPAddress; }
    EthFlowDescription {
        1 destMacAddress MACAddress; 2 ethType Octets; 3 fDesc FlowDescription; 4 fDir FDir;
        5 sourceMacAddress MACAddress; 6 vlanTags ListOfVLANTag; 7 srcMacAddrEnd MACAddress;
        8 destMacAddrEnd MACAddress;
    }
    VLANTag { 1 priority Bits; 2 cFI Bits; 3 vLANID Bits; }
    RouteToLocation { 1 dNAI Text; 2 routeInfo RouteInfo; }
    RouteInfo { 1 iPAddressTunnelEndpoint IPAddress; 2 uDPPortNumberTunnelEndpoint Integer; }
    EASIPReplaceInfos {
        1 sourceEASAddress EASServerAddress; 2 targetEASAddress EASServerAddress;
    }
    EASServerAddress { 1 iPAddress IPAddress; 2 port Integer; }
    EPSPDNConnectionEstablishment {
        1 ePSSubscriberIDs EPSSubscriberIDs; 2 iMSIUnauthenticated Boolean;
        3 defaultBearerID Integer; 4 gTPTunnelInfo GTPTunnelInfo;
        5 pDNConnectionType PDNConnectionType; 6 uEEndpoints ListOfUEEndpointAddress;
        7 non3GPPAccessEndpoint UEEndpointAddress; 8 location Location;
        9 additionalLocation Location; 10 aPN APN; 11 requestType EPSPDNConnectionRequestType;
        12 accessType AccessType; 13 rATType RATType;
        14 protocolConfigurationOptions PDNProtocolConfigurationOptions;
        15 servingNetwork SMFServingNetwork; 16 sMPDUDNRequest Octets;
        17 bearerContextsCreated ListOfEPSBearerContextCreated;
        18 bearerContextsMarkedForRemoval ListOfEPSBearerContextForRemoval;
        19 indicationFlags Octets; 20 handoverIndication Boolean; 21 nBIFOMSupport Boolean;
        22 fiveGSInterworkingInfo FiveGSInterworkingInfo; 23 cSRMFI Boolean;
        24 restorationOfPDNConnectionsSupport Boolean; 25 pGWChangeIndication Boolean;
        26 pGWRNSI Boolean;
    }
    EPSPDNConnectionModification {
        1 ePSSubscriberIDs EPSSubscriberIDs; 2 iMSIUnauthenticated Boolean;
        3 defaultBearerID Integer; 4 gTPTunnelInfo GTPTunnelInfo;
        5 pDNConnectionType PDNConnectionType; 6 uEEndpoints ListOfUEEndpointAddress;
        7 non3GPPAccessEndpoint UEEndpointAddress; 8 location Location;
        9 additionalLocation Location; 10 aPN APN; 11 requestType EPSPDNConnectionRequestType;
        12 accessType AccessType; 13 rATType RATType;
        14 protocolConfigurationOptions PDNProtocolConfigurationOptions;
        15 servingNetwork SMFServingNetwork; 16 sMPDUDNRequest Octets;
        17 bearerContextsCreated ListOfEPSBearerContextCreated;
        18 bearerContextsModified ListOfEPSBearerContextModified;
        19 bearerContextsMarkedForRemoval ListOfEPSBearerContextForRemoval;
        20 bearersDeleted ListOfEPSBearersDeleted; 21 indicationFlags Octets;
        22 handoverIndication Boolean; 23 nBIFOMSupport Boolean;
        24 fiveGSInterworkingInfo FiveGSInterworkingInfo; 25 cSRMFI Boolean;
        26 restorationOfPDNConnectionsSupport Boolean; 27 pGWChangeIndication Boolean;
        28 pGWRNSI Boolean;
    }
    EPSPDNConnectionRelease {
        1 ePSSubscriberIDs EPSSubscriberIDs; 2 iMSIUnauthenticated Boolean;
        3 defaultBearerID Integer; 4 location Location; 5 gTPTunnelInfo GTPTunnelInfo;
        6 rANNASCause Octets; 7 pDNConnectionType PDNConnectionType; 8 indicationFlags Octets;
        9 scopeIndication Boolean; 10 bearersDeleted ListOfEPSBearersDeleted;
    }
    EPSStartOfInterceptionWithEstablishedPDNConnection {
        1 ePSSubscriberIDs EPSSubscriberIDs; 2 iMSIUnauthenticated Boolean;
        3 defaultBearerID Integer; 4 gTPTunnelInfo GTPTunnelInfo;
        5 pDNConnectionType PDNConnectionType; 6 uEEndpoints ListOfUEEndpointAddress;
        7 non3GPPAccessEndpoint UEEndpointAddress; 8 location Location;
        9 additionalLocation Location; 10 aPN APN; 11 requestType EPSPDNConnectionRequestType;
        12 accessType AccessType; 13 rATType RATType;
        14 protocolConfigurationOptions PDNProtocolConfigurationOptions;
        15 servingNetwork SMFServingNetwork; 16 sMPDUDNRequest Octets;
        17 bearerContexts ListOfEPSBearerContext;
    }
    PFDDataForApp { 1 aPPId Text; 2 pFDs ListOfPFD; }
    PFD {
        1 pFDId Text; 2 pFDFlowDescriptions ListOfPFDFlowDescription; 3 urls ListOfText;
        4 domainNames ListOfText; 5 dnProtocol DnProtocol;
    }
    PFDFlowDescription {
        1 nextLayerProtocol Integer; 2 serverIPAddress IPAddress; 3 serverPortNumber Integer;
    }
    EPS5GSComboInfo {
        1 ePSInterworkingIndication EPSInterworkingIndication;
        2 ePSSubscriberIDs EPSSubscriberIDs; 3 ePSPDNCnxInfo EPSPDNCnxInfo;
        4 ePSBearerInfo ListOfEPSBearers;
    }
    EPSSubscriberIDs { 1 iMSI IMSI; 2 mSISDN MSISDN; 3 iMEI IMEI; }
    EPSPDNCnxInfo { 1 pGWS8ControlPlaneFTEID FTEID; 2 linkedBearerID Integer; }
    EPSBearers { 1 ePSBearerID Integer; 2 pGWS8UserPlaneFTEID FTEID; 3 qCI Integer; }
    EPSBearerContext {
        1 ePSBearerID Integer; 2 uPGTPTunnelInfo GTPTunnelInfo; 3 bearerQOS EPSBearerQOS;
    }
    EPSBearerContextCreated {
        1 ePSBearerID Integer; 2 cause Integer; 3 gTPTunnelInfo GTPTunnelInfo;
        4 bearerQOS EPSBearerQOS; 5 protocolConfigurationOptions PDNProtocolConfigurationOptions;
    }
    EPSBearerContextModified {
        1 ePSBearerID Integer; 2 cause Integer; 3 gTPTunnelInfo GTPTunnelInfo;
        4 bearerQOS EPSBearerQOS; 5 protocolConfigurationOptions PDNProtocolConfigurationOptions;
        6 linkedEPSBearerIDs ListOfInteger;
    }
    EPSBearersDeleted {
        1 linkedEPSBearerID Integer; 2 ePSBearerIDs ListOfInteger;
        3 protocolConfigurationOptions PDNProtocolConfigurationOptions; 4 cause Integer;
        5 deleteBearerResponse EPSDeleteBearerResponse;
    }
    EPSDeleteBearerResponse {
        1 cause Integer; 2 linkedEPSBearerID Integer;
        3 bearerContexts ListOfEPSDeleteBearerContext;
        4 protocolConfigurationOptions PDNProtocolConfigurationOptions;
    }
    EPSDeleteBearerContext {
        1 cause Integer; 2 ePSBearerID Integer;
        3 protocolConfigurationOptions PDNProtocolConfigurationOptions; 4 rANNASCause Octets;
    }
    EPSBearerContextForRemoval { 1 ePSBearerID Integer; 2 cause Integer; }
    EPSBearerQOS {
        1 qCI Integer; 2 maximumUplinkBitRate Octets; 3 maximumDownlinkBitRate Octets;
        4 guaranteedUplinkBitRate Octets; 5 guaranteedDownlinkBitRate Octets;
        6 priorityLevel Integer;
    }
    EPSGTPTunnels {
        1 controlPlaneSenderFTEID FTEID; 2 controlPlanePGWS5S8FTEID FTEID; 3 s1UeNodeBFTEID FTEID;
        4 s5S8SGWFTEID FTEID; 5 s5S8PGWFTEID FTEID; 6 s2bUePDGFTEID FTEID; 7 s2aUePDGFTEID FTEID;
    }
    FiveGSInterworkingInfo {
        1 fiveGSInterworkingIndicator Boolean; 2 fiveGSInterworkingWithoutN26 Boolean;
        3 fiveGCNotRestrictedSupport Boolean;
    }
    PDNProtocolConfigurationOptions {
        1 requestPCO Octets; 2 requestAPCO Octets; 3 requestEPCO Octets; 4 responsePCO Octets;
        5 responseAPCO Octets; 6 responseEPCO Octets;
    }
    GTPTunnelInfo { 1 fiveGSGTPTunnels FiveGSGTPTunnels; 2 ePSGTPTunnels EPSGTPTunnels; }
    ExtendedUPFCCPDU { 1 payload UPFCCPDUPayload; 2 qFI Integer; }
    UDMServingSystemMessage {
        1 sUPI SUPI; 2 pEI PEI; 3 gPSI GPSI; 4 gUAMI GUAMI; 5 gUMMEI GUMMEI; 6 pLMNID PLMNID;
        7 servingSystemMethod UDMServingSystemMethod; 8 serviceID ServiceID;
        9 roamingIndicator Boolean;
    }
    UDMSubscriberRecordChangeMessage {
        1 sUPI SUPI; 2 pEI PEI; 3 gPSI GPSI; 4 oldPEI PEI; 5 oldSUPI SUPI; 6 oldGPSI GPSI;
        7 oldserviceID ServiceID; 8 subscriberRecordChangeMethod UDMSubscriberRecordChangeMethod;
        9 serviceID ServiceID;
    }
    UDMCancelLocationMessage {
        1 sUPI SUPI; 2 pEI PEI; 3 gPSI GPSI; 4 gUAMI GUAMI; 5 pLMNID PLMNID;
        6 cancelLocationMethod UDMCancelLocationMethod;
    }
    UDMLocationInformationResult {
        1 sUPI SUPI; 2 pEI PEI; 3 gPSI GPSI; 4 locationInfoRequest UDMLocationInfoRequest;
        5 vPLMNID PLMNID; 6 currentLocationIndicator Boolean; 7 aMFInstanceID Text;
        8 sMSFInstanceID Text; 9 location Location; 10 rATType RATType;
        11 problemDetails UDMProblemDetails;
    }
    UDMUEInformationResponse {
        1 sUPI SUPI; 2 tADSInfo UEContextInfo; 3 fiveGSUserStateInfo FiveGSUserStateInfo;
        4 fiveGSRVCCInfo FiveGSRVCCInfo; 5 problemDetails UDMProblemDetails;
    }
    UDMUEAuthenticationResponse {
        1 sUPI SUPI; 2 authenticationInfoRequest UDMAuthenticationInfoRequest;
        3 aKMAIndicator Boolean; 4 problemDetails UDMProblemDetails;
    }
    ServiceID { 1 nSSAI ListOfSNSSAI; 2 cAGID ListOfText; }
    UDMAuthenticationInfoRequest {
        1 infoRequestType UDMInfoRequestType; 2 rGAuthCtx ListOfSubscriberIdentifier;
        3 authType PrimaryAuthenticationType; 4 servingNetworkName PLMNID; 5 aUSFInstanceID Text;
        6 cellCAGInfo Text; 7 n5GCIndicator Boolean;
    }
    UDMLocationInfoRequest {
        1 requested5GSLocation Boolean; 2 requestedCurrentLocation Boolean;
        3 requestedRATType Boolean; 4 requestedTimeZone Boolean; 5 requestedServingNode Boolean;
    }
    UDMProblemDetails { 1 cause UDMProblemDetailsCause; }
    UDMProblemDetailsOtherCause {
        1 problemDetailsType Text; 2 title Text; 3 status Integer; 4 detail Text; 5 instance Text;
        6 cause Text; 7 uDMInvalidParameters UDMInvalidParameters; 8 uDMSupportedFeatures Text;
    }
    UDMInvalidParameters { 1 parameter Text; 2 reason Text; }
    SMSMessage {
        1 originatingSMSParty SMSParty; 2 terminatingSMSParty SMSParty; 3 direction Direction;
        4 linkTransferStatus SMSTransferStatus; 5 otherMessage Boolean; 6 location Location;
        7 peerNFAddress SMSNFAddress; 8 peerNFType SMSNFType; 9 sMSTPDUData SMSTPDUData;
        10 messageType SMSMessageType; 11 rPMessageReference Integer;
    }
    SMSReport {
        1 location Location; 2 sMSTPDUData SMSTPDUData; 3 messageType SMSMessageType;
        4 rPMessageReference Integer;
    }
    SMSParty { 1 sUPI SUPI; 2 pEI PEI; 3 gPSI GPSI; 4 sMSAddress SMSAddress; }
}
