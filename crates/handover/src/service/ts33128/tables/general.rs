//! Sequences of LALS, packet reports, MME, notifications, identifiers and locations.
//!
//! Per field: tag number, name, type. Data alone; `walk` gives it meaning.
//!
//! Rules: TS 33.128 clauses 6.2.3, 6.3, 7.3, annex A.
use super::*;

sequence! {
    LALSReport {
        1 sUPI SUPI; 3 gPSI GPSI; 4 location Location; 5 iMPU IMPU; 7 iMSI IMSI; 8 mSISDN MSISDN;
    }
    PDHeaderReport {
        1 pDUSessionID Integer; 2 sourceIPAddress IPAddress; 3 sourcePort Integer;
        4 destinationIPAddress IPAddress; 5 destinationPort Integer; 6 nextLayerProtocol Integer;
        7 iPv6flowLabel Integer; 8 direction Direction; 9 packetSize Integer;
    }
    PDSummaryReport {
        1 pDUSessionID Integer; 2 sourceIPAddress IPAddress; 3 sourcePort Integer;
        4 destinationIPAddress IPAddress; 5 destinationPort Integer; 6 nextLayerProtocol Integer;
        7 iPv6flowLabel Integer; 8 direction Direction; 9 pDSRSummaryTrigger PDSRSummaryTrigger;
        10 firstPacketTimestamp Time; 11 lastPacketTimestamp Time; 12 packetCount Integer;
        13 byteCount Integer; 14 perSessionTrigger Boolean;
    }
    AMFIdentifierAssociation {
        1 sUPI SUPI; 2 sUCI SUCI; 3 pEI PEI; 4 gPSI GPSI; 5 gUTI FiveGGUTI; 6 location Location;
        7 fiveGSTAIList ListOfTAI; 8 additionalUserIdentifiers UserIdentifiers;
    }
    AMFIdentifierDeassociation {
        1 sUPI SUPI; 2 sUCI SUCI; 3 pEI PEI; 4 gPSI GPSI; 5 gUTI FiveGGUTI; 6 location Location;
        7 additionalUserIdentifiers UserIdentifiers;
    }
    MMEIdentifierAssociation {
        1 iMSI IMSI; 2 iMEI IMEI; 3 mSISDN MSISDN; 4 gUTI GUTI; 5 location Location;
        6 tAIList ListOfTAI;
    }
    MMEIdentifierDeassociation {
        1 iMSI IMSI; 2 iMEI IMEI; 3 mSISDN MSISDN; 4 gUTI GUTI; 5 location Location;
    }
    MMEAttach {
        1 attachType EPSAttachType; 2 attachResult EPSAttachResult; 3 iMSI IMSI; 4 iMEI IMEI;
        5 mSISDN MSISDN; 6 gUTI GUTI; 7 location Location; 8 ePSTAIList ListOfTAI;
        9 sMSServiceStatus EPSSMSServiceStatus; 10 oldGUTI GUTI; 11 eMM5GRegStatus EMM5GMMStatus;
    }
    MMEDetach {
        1 detachDirection MMEDirection; 2 detachType EPSDetachType; 3 iMSI IMSI; 4 iMEI IMEI;
        5 mSISDN MSISDN; 6 gUTI GUTI; 7 cause Integer; 8 location Location;
        9 switchOffIndicator SwitchOffIndicator;
    }
    MMELocationUpdate {
        1 iMSI IMSI; 2 iMEI IMEI; 3 mSISDN MSISDN; 4 gUTI GUTI; 5 location Location;
        6 oldGUTI GUTI; 7 sMSServiceStatus EPSSMSServiceStatus;
    }
    MMEStartOfInterceptionWithEPSAttachedUE {
        1 attachType EPSAttachType; 2 attachResult EPSAttachResult; 3 iMSI IMSI; 4 iMEI IMEI;
        5 mSISDN MSISDN; 6 gUTI GUTI; 7 location Location; 9 ePSTAIList ListOfTAI;
        10 sMSServiceStatus EPSSMSServiceStatus; 12 eMM5GRegStatus EMM5GMMStatus;
    }
    MMEUnsuccessfulProcedure {
        1 failedProcedureType MMEFailedProcedureType; 2 failureCause MMEFailureCause; 3 iMSI IMSI;
        4 iMEI IMEI; 5 mSISDN MSISDN; 6 gUTI GUTI; 7 location Location;
    }
    MMEPositioningInfoTransfer {
        1 iMSI IMSI; 2 iMEI IMEI; 3 mSISDN MSISDN; 4 gUTI GUTI; 5 lPPaMessage Octets;
        6 lPPMessage Octets; 7 mMELCSCorrelationId Octets;
    }
    LINotification {
        1 notificationType LINotificationType; 2 appliedTargetID TargetIdentifier;
        3 appliedDeliveryInformation ListOfLIAppliedDeliveryInformation; 4 appliedStartTime Time;
        5 appliedEndTime Time;
    }
    LIAppliedDeliveryInformation {
        1 hI2DeliveryIPAddress IPAddress; 2 hI2DeliveryPortNumber Integer;
        3 hI3DeliveryIPAddress IPAddress; 4 hI3DeliveryPortNumber Integer;
    }
    EMM5GMMStatus { 1 eMMRegStatus EMMRegStatus; 2 fiveGMMStatus FiveGMMStatus; }
    SeparatedLocationReporting {
        1 sUPI SUPI; 2 sUCI SUCI; 3 pEI PEI; 4 gPSI GPSI; 5 gUTI FiveGGUTI; 6 location Location;
        7 non3GPPAccessEndpoint UEEndpointAddress; 8 rATType RATType;
    }
    FiveGGUTI {
        1 mCC Text; 2 mNC Text; 3 aMFRegionID Integer; 4 aMFSetID Integer; 5 aMFPointer Integer;
        6 fiveGTMSI Integer;
    }
    FiveGSSubscriberIDs { 1 fiveGSSubscriberID ListOfFiveGSSubscriberID; }
    FiveGSRVCCInfo {
        1 uE5GSRVCCCapability Boolean; 2 sessionTransferNumber Text; 3 correlationMSISDN MSISDN;
    }
    FiveGSUserStateInfo { 1 fiveGSUserState FiveGSUserState; 2 accessType AccessType; }
    FTEID { 1 tEID Integer; 2 iPv4Address IPv4Address; 3 iPv6Address IPv6Address; }
    GUAMI { 1 aMFID AMFID; 2 pLMNID PLMNID; }
    GUMMEI { 1 mMEID MMEID; 2 mCC Text; 3 mNC Text; }
    GUTI { 1 mCC Text; 2 mNC Text; 3 mMEGroupID Octets; 4 mMECode Octets; 5 mTMSI Octets; }
    MMEID { 1 mMEGI Text; 2 mMEC Text; }
    PLMNID { 1 mCC Text; 2 mNC Text; }
    RejectedSNSSAI { 1 causeValue Integer; 2 sNSSAI SNSSAI; }
    Slice {
        1 allowedNSSAI ListOfSNSSAI; 2 configuredNSSAI ListOfSNSSAI;
        3 rejectedNSSAI ListOfRejectedSNSSAI;
    }
    SNSSAI {
        1 sliceServiceType Integer; 2 sliceDifferentiator Octets;
        3 mappedHPLMNSliceServiceType Integer; 4 mappedHPLMNSliceDifferentiator Octets;
    }
    SUCI {
        1 mCC Text; 2 mNC Text; 3 routingIndicator Integer; 4 protectionSchemeID Integer;
        5 homeNetworkPublicKeyID Octets; 6 schemeOutput Octets; 7 routingIndicatorLength Integer;
        8 sUPIType Integer; 9 homeNetworkIdentifier Text;
    }
    UEContextInfo {
        1 supportVoPS Boolean; 2 supportVoPSNon3GPP Boolean; 3 lastActiveTime Time;
        4 accessType AccessType; 5 rATType RATType;
    }
    UserIdentifiers {
        1 fiveGSSubscriberIDs FiveGSSubscriberIDs; 2 ePSSubscriberIDs EPSSubscriberIDs;
    }
    Location {
        1 locationInfo LocationInfo; 2 positioningInfo PositioningInfo;
        3 locationPresenceReport LocationPresenceReport;
        4 fourGPositioningInfo FourGPositioningInfo; 5 fourGLocationInfo FourGLocationInfo;
    }
    CellSiteInformation {
        1 geographicalCoordinates GeographicalCoordinates; 2 azimuth Integer;
        3 operatorSpecificInformation Text;
    }
    LocationInfo {
        1 userLocation UserLocation; 2 currentLoc Boolean; 3 geoInfo GeographicArea;
        4 rATType RATType; 5 timeZone Text; 6 additionalCellIDs ListOfCellInformation;
    }
    UserLocation {
        1 eUTRALocation EUTRALocation; 2 nRLocation NRLocation; 3 n3GALocation N3GALocation;
        4 uTRALocation UTRALocation; 5 gERALocation GERALocation;
    }
    EUTRALocation {
        1 tAI TAI; 2 eCGI ECGI; 3 ageOfLocationInfo Integer; 4 uELocationTimestamp Time;
        5 geographicalInformation Text; 6 geodeticInformation Text;
        7 globalNGENbID GlobalRANNodeID; 8 cellSiteInformation CellSiteInformation;
        9 globalENbID GlobalRANNodeID; 10 ignoreTAI Boolean; 11 ignoreECGI Boolean;
    }
    NRLocation {
        1 tAI TAI; 2 nCGI NCGI; 3 ageOfLocationInfo Integer; 4 uELocationTimestamp Time;
        5 geographicalInformation Text; 6 geodeticInformation Text; 7 globalGNbID GlobalRANNodeID;
        8 cellSiteInformation CellSiteInformation; 9 ignoreNCGI Boolean;
    }
    N3GALocation {
        1 tAI TAI; 2 n3IWFID Bits; 3 uEIPAddr IPAddr; 4 portNumber Integer; 5 tNAPID TNAPID;
        6 tWAPID TWAPID; 7 hFCNodeID Text; 8 gLI Octets; 9 w5GBANLineType W5GBANLineType;
        10 gCI Text; 11 ageOfLocationInfo Integer; 12 uELocationTimestamp Time;
        13 protocol TransportProtocol;
    }
    UTRALocation {
        1 cGI CGI; 2 sAI SAI; 3 lAI LAI; 4 rAI RAI; 5 ageOfLocationInfo Integer;
        6 uELocationTimestamp Time; 7 geographicalInformation Text; 8 geodeticInformation Text;
        9 cellSiteInformation CellSiteInformation;
    }
    GERALocation {
        1 locationNumber E164Number; 2 cGI CGI; 3 rAI RAI; 4 sAI SAI; 5 lAI LAI; 6 vLRNumber Text;
        7 mSCNumber Text; 8 ageOfLocationInfo Integer; 9 uELocationTimestamp Time;
        10 geographicalInformation Text; 11 geodeticInformation Text;
        12 cellSiteInformation CellSiteInformation;
    }
    IPAddr { 1 iPv4Addr IPv4Address; 2 iPv6Addr IPv6Address; }
    GlobalRANNodeID { 1 pLMNID PLMNID; 2 aNNodeID ANNodeID; 3 nID Text; }
    TAI { 1 pLMNID PLMNID; 2 tAC Octets; 3 nID Text; }
    CGI { 1 lAI LAI; 2 cellID Octets; }
    LAI { 1 pLMNID PLMNID; 2 lAC Octets; }
    SAI { 1 pLMNID PLMNID; 2 lAC Octets; 3 sAC Octets; }
    RAI { 1 pLMNID PLMNID; 2 lAC Octets; 3 rAC Octets; }
    ECGI { 1 pLMNID PLMNID; 2 eUTRACellID Bits; 3 nID Text; }
    NCGI { 1 pLMNID PLMNID; 2 nRCellID Bits; 3 nID Text; }
    CellInformation {
        1 rANCGI RANCGI; 2 cellSiteinformation CellSiteInformation; 3 timeOfLocation Time;
    }
    TNAPID { 1 sSID Text; 2 bSSID Text; 3 civicAddress Octets; }
    TWAPID { 1 sSID Text; 2 bSSID Text; 3 civicAddress Octets; }
    PositioningInfo { 1 positionInfo LocationData; 2 rawMLPResponse RawMLPResponse; }
    LocationData {
        1 locationEstimate GeographicArea;
        2 accuracyFulfilmentIndicator AccuracyFulfilmentIndicator;
        3 ageOfLocationEstimate Integer; 4 velocityEstimate VelocityEstimate;
        5 civicAddress CivicAddress; 6 positioningDataList ListOfPositioningMethodAndUsage;
        7 gNSSPositioningDataList ListOfGNSSPositioningMethodAndUsage; 8 eCGI ECGI; 9 nCGI NCGI;
        10 altitude Text; 11 barometricPressure Integer;
    }
    GERANPositioningInfo { 1 gERANPositioningData Octets; 2 gERANGANSSPositioningData Octets; }
    UTRANPositioningInfo {
        1 uTRANPositioningData Octets; 2 uTRANGANSSPositioningData Octets;
        3 uTRANAdditionalPositioningData Octets;
    }
    FourGPositioningInfo {
        1 locationData LocationData; 2 cGI CGI; 3 sAI SAI; 4 eSMLCCellInfo ESMLCCellInfo;
        5 gERANPositioningInfo GERANPositioningInfo; 6 uTRANPositioningInfo UTRANPositioningInfo;
        7 rawMLPResponse RawMLPResponse;
    }
    EPSLocationInformation {
        1 mMELocationInformation MMELocationInformation;
        2 sGSNLocationInformation SGSNLocationInformation;
    }
    MMELocationInformation {
        1 eCGI ECGI; 2 tAI TAI; 3 geographicalInformation GeographicalInformationOctet;
        4 geodeticInformation GeodeticInformationOctet; 5 currentLocationRetrieved Boolean;
        6 ageOfLocationInformation Integer; 7 userCSGInformation UserCSGInformation;
        8 eNbID ENbID; 9 additionalCellIDs ListOfCellInformation;
    }
    UserCSGInformation {
        1 cSGID Integer; 2 cSGAccessMode CSGAccessMode;
        3 cSGMembershipIndication CSGMembershipIndication;
    }
    SGSNLocationInformation {
        1 cGI CGI; 2 lAI LAI; 3 sAI SAI; 4 rAI RAI;
        5 geographicalInformation GeographicalInformationOctet;
        6 geodeticInformation GeodeticInformationOctet; 7 currentLocationRetrieved Boolean;
        8 ageOfLocationInformation Integer; 9 userCSGInformation UserCSGInformation;
    }
    ESMLCCellInfo { 1 eCGI ECGI; 2 cellPortionID Integer; }
    LocationPresenceReport {
        1 type AMFEventType; 2 timestamp Time; 3 areaList ListOfAMFEventArea; 4 timeZone Text;
        5 accessTypes ListOfAccessType; 6 rMInfoList ListOfRMInfo; 7 cMInfoList ListOfCMInfo;
        8 reachability UEReachability; 9 location UserLocation;
        10 additionalCellIDs ListOfCellInformation;
    }
    AMFEventArea { 1 presenceInfo PresenceInfo; 2 lADNInfo LADNInfo; }
    PresenceInfo {
        1 presenceState PresenceState; 2 trackingAreaList ListOfTAI; 3 eCGIList ListOfECGI;
        4 nCGIList ListOfNCGI; 5 globalRANNodeIDList ListOfGlobalRANNodeID;
        6 globalENbIDList ListOfGlobalRANNodeID;
    }
    LADNInfo { 1 lADN Text; 2 presence PresenceState; }
    RMInfo { 1 rMState RMState; 2 accessType AccessType; }
    CMInfo { 1 cMState CMState; 2 accessType AccessType; }
    CivicAddress {
        1 country Text; 2 a1 Text; 3 a2 Text; 4 a3 Text; 5 a4 Text; 6 a5 Text; 7 a6 Text;
        8 prd Text; 9 pod Text; 10 sts Text; 11 hno Text; 12 hns Text; 13 lmk Text; 14 loc Text;
        15 nam Text; 16 pc Text; 17 bld Text; 18 unit Text; 19 flr Text; 20 room Text;
        21 plc Text; 22 pcn Text; 23 pobox Text; 24 addcode Text; 25 seat Text; 26 rd Text;
        27 rdsec Text; 28 rdbr Text; 29 rdsubbr Text; 30 prm Text; 31 pom Text;
    }
    PositioningMethodAndUsage {
        1 method PositioningMethod; 2 mode PositioningMode; 3 usage Usage; 4 methodCode Integer;
    }
    GNSSPositioningMethodAndUsage { 1 mode PositioningMode; 2 gNSS GNSSID; 3 usage Usage; }
    Point { 1 geographicalCoordinates GeographicalCoordinates; }
    PointUncertaintyCircle {
        1 geographicalCoordinates GeographicalCoordinates; 2 uncertainty Uncertainty;
        3 uncertaintySBI UncertaintySBI;
    }
    PointUncertaintyEllipse {
        1 geographicalCoordinates GeographicalCoordinates; 2 uncertainty UncertaintyEllipse;
        3 confidence Integer;
    }
    Polygon { 1 pointList ListOfGeographicalCoordinates; }
    PointAltitude { 1 point GeographicalCoordinates; 2 altitude Text; }
    PointAltitudeUncertainty {
        1 point GeographicalCoordinates; 2 altitude Text; 3 uncertaintyEllipse UncertaintyEllipse;
        4 uncertaintyAltitude Uncertainty; 5 confidence Integer;
        6 uncertaintyAltitudeSBI UncertaintySBI;
    }
    EllipsoidArc {
        1 point GeographicalCoordinates; 2 innerRadius Integer; 3 uncertaintyRadius Uncertainty;
        4 offsetAngle Integer; 5 includedAngle Integer; 6 confidence Integer;
        7 uncertaintyRadiusSBI UncertaintySBI;
    }
    GeographicalCoordinates { 1 latitude Text; 2 longitude Text; 3 mapDatumInformation Text; }
    UncertaintyEllipse {
        1 semiMajor Uncertainty; 2 semiMinor Uncertainty; 3 orientationMajor Integer;
        4 semiMajorSBI UncertaintySBI; 5 semiMinorSBI UncertaintySBI;
    }
    HorizontalVelocity { 1 hSpeed Text; 2 bearing Integer; }
    HorizontalWithVerticalVelocity {
        1 hSpeed Text; 2 bearing Integer; 3 vSpeed Text; 4 vDirection VerticalDirection;
    }
    HorizontalVelocityWithUncertainty { 1 hSpeed Text; 2 bearing Integer; 3 uncertainty Text; }
    HorizontalWithVerticalVelocityAndUncertainty {
        1 hSpeed Text; 2 bearing Integer; 3 vSpeed Text; 4 vDirection VerticalDirection;
        5 hUncertainty Text; 6 vUncertainty Text;
    }
}
