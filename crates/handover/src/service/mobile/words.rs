//! Words of the enumerations in mobile records, as the standards spell them.
//!
//! Rules: TS 33.108 annexes B.3, B.4, B.9, B.10, B.12; TS 101 671 annex D.5.

/// Number and word of an enumeration.
pub(super) type Words = &'static [(u64, &'static str)];

/// The word of `number`, when this version knows it.
pub(super) fn word(words: Words, number: u64) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == number).map(|(_, word)| *word)
}

/// `Umts-Cs-Event`.
pub(super) const CS_EVENT: Words = &[
    (1, "call-establishment"),
    (2, "answer"),
    (3, "supplementary-Service"),
    (4, "handover"),
    (5, "release"),
    (6, "sMS"),
    (7, "location-update"),
    (8, "subscriber-Controlled-Input"),
    (9, "hLR-Subscriber-Record-Change"),
    (10, "serving-System"),
    (11, "cancel-Location"),
    (12, "register-Location"),
    (13, "location-Information-Request"),
];

/// `GPRSEvent` of TS 33.108.
pub(super) const GPRS_EVENT: Words = &[
    (1, "pDPContextActivation"),
    (2, "startOfInterceptionWithPDPContextActive"),
    (4, "pDPContextDeactivation"),
    (5, "gPRSAttach"),
    (6, "gPRSDetach"),
    (10, "locationInfoUpdate"),
    (11, "sMS"),
    (13, "pDPContextModification"),
    (14, "servingSystem"),
    (15, "startOfInterceptionWithMSAttached"),
    (16, "packetDataHeaderInformation"),
    (17, "hSS-Subscriber-Record-Change"),
    (18, "registration-Termination"),
    (19, "location-Up-Date"),
    (20, "cancel-Location"),
    (21, "register-Location"),
    (22, "location-Information-Request"),
];

/// `GPRSEvent` of TS 101 671, where it differs.
pub(super) const GPRS_EVENT_671: Words =
    &[(10, "cellOrRAUpdate"), (14, "endOfInterceptionWithPDPContextActive")];

/// `EPSEvent`; up to 15 as [`GPRS_EVENT`].
pub(super) const EPS_EVENT: Words = &[
    (16, "e-UTRANAttach"),
    (17, "e-UTRANDetach"),
    (18, "bearerActivation"),
    (19, "startOfInterceptionWithActiveBearer"),
    (20, "bearerModification"),
    (21, "bearerDeactivation"),
    (22, "uERequestedBearerResourceModification"),
    (23, "uERequestedPDNConnectivity"),
    (24, "uERequestedPDNDisconnection"),
    (25, "trackingAreaEpsLocationUpdate"),
    (26, "servingEvolvedPacketSystem"),
    (27, "pMIPAttachTunnelActivation"),
    (28, "pMIPDetachTunnelDeactivation"),
    (29, "startOfInterceptWithActivePMIPTunnel"),
    (30, "pMIPPdnGwInitiatedPdnDisconnection"),
    (31, "mIPRegistrationTunnelActivation"),
    (32, "mIPDeregistrationTunnelDeactivation"),
    (33, "startOfInterceptWithActiveMIPTunnel"),
    (34, "dSMIPRegistrationTunnelActivation"),
    (35, "dSMIPDeregistrationTunnelDeactivation"),
    (36, "startOfInterceptWithActiveDsmipTunnel"),
    (37, "dSMipHaSwitch"),
    (38, "pMIPResourceAllocationDeactivation"),
    (39, "mIPResourceAllocationDeactivation"),
    (40, "pMIPsessionModification"),
    (41, "startOfInterceptWithEUTRANAttachedUE"),
    (42, "dSMIPSessionModification"),
    (43, "packetDataHeaderInformation"),
    (44, "hSS-Subscriber-Record-Change"),
    (45, "registration-Termination"),
    (46, "location-Up-Date"),
    (47, "cancel-Location"),
    (48, "register-Location"),
    (49, "location-Information-Request"),
    (50, "proSeRemoteUEReport"),
    (51, "proSeRemoteUEStartOfCommunication"),
    (52, "proSeRemoteUEEndOfCommunication"),
    (53, "startOfLIwithProSeRemoteUEOngoingComm"),
    (54, "startOfLIforProSeUEtoNWRelay"),
];

/// `IMSevent`.
pub(super) const IMS_EVENT: Words = &[
    (1, "unfilteredSIPmessage"),
    (2, "sIPheaderOnly"),
    (3, "decryptionKeysAvailable"),
    (4, "startOfInterceptionForIMSEstablishedSession"),
    (5, "xCAPRequest"),
    (6, "xCAPResponse"),
    (7, "ccUnavailable"),
    (8, "sMSOverIMS"),
    (9, "servingSystem"),
    (10, "subscriberRecordChange"),
    (11, "registrationTermination"),
    (12, "locationInformationRequest"),
];

/// `ConfEvent`.
pub(super) const CONF_EVENT: Words = &[
    (1, "confStartSuccessfull"),
    (2, "confStartUnsuccessfull"),
    (3, "startOfInterceptionConferenceActive"),
    (4, "confPartyJoinSuccessfull"),
    (5, "confPartyJoinUnsuccessfull"),
    (6, "confPartyLeaveSuccessfull"),
    (7, "confPartyLeaveUnsuccessfull"),
    (8, "confPartyBearerModifySuccessfull"),
    (9, "confPartyBearerModifyUnsuccessfull"),
    (10, "confEndSuccessfull"),
    (11, "confEndUnsuccessfull"),
    (12, "confServCreation"),
    (13, "confServUpdate"),
];

/// `GcseEvent`.
pub(super) const GCSE_EVENT: Words = &[
    (1, "activationOfGcseGroupComms"),
    (2, "startOfInterceptionGcseGroupComms"),
    (3, "userAdded"),
    (4, "userDropped"),
    (5, "targetConnectionModification"),
    (6, "targetdropped"),
    (7, "deactivationOfGcseGroupComms"),
];

/// `ProSeDirectDiscoveryEvent`.
pub(super) const PROSE_EVENT: Words = &[(1, "proseDiscoveryRequest"), (2, "proseMatchReport")];

/// `PTCType`.
pub(super) const PTC_TYPE: Words = &[
    (1, "pTCStartofInterception"),
    (2, "pTCServinSystem"),
    (3, "pTCSessionInitiation"),
    (4, "pTCSessionAbandonEndRecord"),
    (5, "pTCSessionStartContinueRecord"),
    (6, "pTCSessionEndRecord"),
    (7, "pTCPre-EstablishedSessionSessionRecord"),
    (8, "pTCInstantPersonalAlert"),
    (9, "pTCPartyJoin"),
    (10, "pTCPartyDrop"),
    (11, "pTCPartyHold-RetrieveRecord"),
    (12, "pTCMediaModification"),
    (13, "pTCGroupAdvertizement"),
    (14, "pTCFloorConttrol"),
    (15, "pTCTargetPressence"),
    (16, "pTCAssociatePressence"),
    (17, "pTCListManagementEvents"),
    (18, "pTCAccessPolicyEvents"),
    (19, "pTCMediaTypeNotification"),
    (20, "pTCGroupCallRequest"),
    (21, "pTCGroupCallCancel"),
    (22, "pTCGroupCallResponse"),
    (23, "pTCGroupCallInterrogate"),
    (24, "pTCMCPTTImminentGroupCall"),
    (25, "pTCCC"),
    (26, "pTCRegistration"),
    (27, "pTCEncryption"),
];

/// `Intercepted-Call-State`.
pub(super) const CALL_STATE: Words = &[(1, "idle"), (2, "setUpInProcess"), (3, "connected")];

/// `CCLink-State`.
pub(super) const LINK_STATE: Words =
    &[(1, "setUpInProcess"), (2, "callActive"), (3, "callReleased"), (4, "lack-of-resource")];

/// `nature-Of-The-intercepted-call`.
pub(super) const NATURE: Words = &[
    (0, "gSM-ISDN-PSTN-circuit-call"),
    (1, "gSM-SMS-Message"),
    (2, "uUS4-Messages"),
    (3, "tETRA-circuit-call"),
    (4, "teTRA-Packet-Data"),
    (5, "gPRS-Packet-Data"),
    (6, "uMTS-circuit-call"),
    (7, "lTE-SMS-Message"),
    (8, "lTE-circuit-call"),
];

/// `LDIevent`.
pub(super) const LDI_EVENT: Words = &[(1, "targetEntersIA"), (2, "targetLeavesIA")];

/// `transfer-status` of a short message.
pub(super) const TRANSFER: Words =
    &[(0, "succeed-transfer"), (1, "not-succeed-transfer"), (2, "undefined")];

/// `SimpleIndication` of a supplementary service.
pub(super) const INDICATION: Words = &[
    (0, "call-Waiting-Indication"),
    (1, "add-conf-Indication"),
    (2, "call-on-hold-Indication"),
    (3, "retrieve-Indication"),
    (4, "suspend-Indication"),
    (5, "resume-Indication"),
    (6, "answer-Indication"),
];

/// `party-Validity`.
pub(super) const VALIDITY: Words = &[(0, "trusted"), (1, "untrusted"), (2, "operator-added")];

/// `Requesting-Node-Type`.
pub(super) const NODE: Words =
    &[(1, "mSC"), (2, "sMS-Centre"), (3, "gMLC"), (4, "mME"), (5, "sGSN")];

/// `winterSummerIndication`.
pub(super) const SEASON: Words = &[(0, "notProvided"), (1, "winterTime"), (2, "summerTime")];

/// `TypeOfBearer`.
pub(super) const BEARER: Words = &[(1, "defaultBearer"), (2, "dedicatedBearer")];

/// RAT type (TS 29.274, 8.17).
pub(super) const RAT: Words = &[
    (1, "UTRAN"),
    (2, "GERAN"),
    (3, "WLAN"),
    (4, "GAN"),
    (5, "HSPA Evolution"),
    (6, "EUTRAN"),
    (7, "Virtual"),
    (8, "EUTRAN-NB-IoT"),
    (9, "LTE-M"),
    (10, "NR"),
];

/// EPS attach type (TS 24.301, 9.9.3.11), its three low bits.
pub(super) const ATTACH: Words = &[
    (1, "EPS attach"),
    (2, "combined EPS/IMSI attach"),
    (3, "EPS RLOS attach"),
    (6, "EPS emergency attach"),
];

/// Type of detach (TS 24.301, 9.9.3.7), its three low bits, as the phone says it.
pub(super) const DETACH: Words =
    &[(1, "EPS detach"), (2, "IMSI detach"), (3, "combined EPS/IMSI detach")];

/// PDN type (TS 24.301, 9.9.4.10) and PDN type of an address (9.9.4.9).
pub(super) const PDN_TYPE: Words =
    &[(1, "IPv4"), (2, "IPv6"), (3, "IPv4v6"), (5, "non IP"), (6, "Ethernet")];

/// Request type of a PDN connection (TS 24.008, 10.5.6.17).
pub(super) const REQUEST: Words = &[
    (1, "initial request"),
    (2, "handover"),
    (4, "emergency"),
    (6, "handover of emergency bearer services"),
];

/// PDP type number (TS 24.008, 10.5.6.4).
pub(super) const PDP_TYPE: Words =
    &[(0x01, "PPP"), (0x02, "non IP"), (0x21, "IPv4"), (0x57, "IPv6"), (0x8d, "IPv4v6")];

/// `T-PDU-direction` of content headers.
pub(super) const WAY: Words = &[(1, "from-target"), (2, "to-target"), (3, "unknown")];

/// The same for VoIP and CS voice.
pub(super) const WAY_VOICE: Words =
    &[(1, "from-target"), (2, "to-target"), (3, "combined"), (4, "unknown")];

/// The same for conferences.
pub(super) const WAY_CONF: Words = &[
    (1, "from-target"),
    (2, "to-target"),
    (3, "unknown"),
    (4, "conftarget"),
    (5, "from-mixer"),
    (6, "to-mixer"),
    (7, "combined"),
];

/// `ICE-type` of packet content.
pub(super) const ICE: Words =
    &[(1, "sgsn"), (2, "ggsn"), (3, "s-GW"), (4, "pDN-GW"), (5, "colocated-SAE-GWs"), (6, "ePDG")];

/// `ICE-type` of VoIP.
pub(super) const ICE_VOICE: Words = &[
    (1, "ggsn"),
    (2, "pDN-GW"),
    (3, "aGW"),
    (4, "trGW"),
    (5, "mGW"),
    (6, "other"),
    (7, "unknown"),
    (8, "mRF"),
    (9, "lmISF"),
    (10, "sGW"),
];

/// `party-Qualifier`, in the words of roles.
pub(super) const ROLE: Words =
    &[(0, "originating"), (1, "terminating"), (2, "forwarded-to"), (3, "target")];
