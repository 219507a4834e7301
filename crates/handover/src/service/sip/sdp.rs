//! SDP: the media streams an offer or answer describes.
//!
//! Reads what it can, keeps no more than its bounds, and passes over what it does not name:
//! candidates, keys, fingerprints.
//!
//! Rules: RFC 8866; RFC 3264 (direction, hold); RFC 3551 (static payload types); RFC 4733
//! section 7 (telephone-event); RFC 4975 section 8 (path).

/// Which way a stream may flow, seen from who describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// Both ways; what is meant when nothing is said.
    #[default]
    SendRecv,
    /// From the describer only.
    SendOnly,
    /// To the describer only.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Flow {
    /// The attribute's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    fn read(attribute: &str) -> Option<Self> {
        Some(match attribute {
            "sendrecv" => Self::SendRecv,
            "sendonly" => Self::SendOnly,
            "recvonly" => Self::RecvOnly,
            "inactive" => Self::Inactive,
            _ => return None,
        })
    }
}

/// One payload type of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Payload type.
    pub payload_type: u8,
    /// Encoding name in capitals; empty when neither the description nor RFC 3551 names it.
    pub name: String,
    /// Clock rate in hertz, 0 when not said.
    pub rate: u32,
    /// Format parameters, as sent.
    pub parameters: Option<String>,
}

/// One `m=` line with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MediaLine {
    /// `audio`, `video`, `message`, `image` …
    pub kind: String,
    /// Port; 0 refuses or ends the stream.
    pub port: u16,
    /// `RTP/AVP`, `TCP/MSRP` …
    pub protocol: String,
    /// Connection address, its own or the session's.
    pub address: Option<String>,
    /// Payload types in order of preference.
    pub formats: Vec<Format>,
    /// Which way it may flow.
    pub flow: Flow,
    /// Milliseconds of media in a packet.
    pub ptime_ms: Option<u16>,
    /// MSRP path, the first that is given.
    pub path: Option<String>,
}

impl MediaLine {
    /// Payload type of telephone events, when negotiated.
    #[must_use]
    pub fn telephone_event(&self) -> Option<u8> {
        let named = |format: &&Format| format.name == "TELEPHONE-EVENT";
        self.formats.iter().find(named).map(|format| format.payload_type)
    }

    /// True when the describer stops the other side's media (RFC 3264, 8.4; RFC 2543 hold).
    #[must_use]
    pub fn holds(&self) -> bool {
        self.port != 0
            && (matches!(self.flow, Flow::SendOnly | Flow::Inactive)
                || self.address.as_deref() == Some("0.0.0.0"))
    }

    /// One line that tells kind, address, codecs and flow.
    #[must_use]
    pub fn shown(&self) -> String {
        let address = match self.address.as_deref() {
            Some(six) if six.contains(':') => format!("[{six}]"),
            Some(four) => four.to_owned(),
            None => "-".to_owned(),
        };
        let names = self.formats.iter().filter(|format| !format.name.is_empty());
        let names: Vec<String> = names.map(|f| format!("{}/{}", f.name, f.rate)).collect();
        let flow = self.flow.word();
        let head = format!("{} {address}:{} {flow}", self.kind, self.port);
        if names.is_empty() { head } else { format!("{head} {}", names.join(" ")) }
    }
}

/// A session description: its streams, and which codec each payload type means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sdp {
    /// (payload type, encoding name, clock rate), in order of mention.
    pub codecs: Vec<(u8, String, u32)>,
    /// Its streams.
    pub media: Vec<MediaLine>,
}

impl Sdp {
    /// Most codecs, streams, and formats of a stream kept; a description with more is cut.
    pub const ITEMS_MAX: usize = 64;

    /// Reads what it can of `text`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut sdp = Self::default();
        let mut session = MediaLine::default();
        for line in text.lines() {
            let line = line.trim_end();
            let Some((kind, rest)) = line.split_once('=') else {
                continue;
            };
            match kind {
                "m" if sdp.media.len() < Self::ITEMS_MAX => {
                    sdp.media.push(media_line(rest, &session));
                }
                // A stream past the bound must not describe the one before it.
                "m" => break,
                "c" => {
                    let at = sdp.media.last_mut().unwrap_or(&mut session);
                    at.address = connection(rest);
                }
                "a" => {
                    if let Some(codec) = rest.strip_prefix("rtpmap:").and_then(rtpmap)
                        && sdp.codecs.len() < Self::ITEMS_MAX
                    {
                        sdp.codecs.push(codec);
                    }
                    sdp.media.last_mut().unwrap_or(&mut session).attribute(rest);
                }
                _ => {}
            }
        }
        sdp
    }
}

/// The address of a `c=` line, without the TTL of multicast.
fn connection(rest: &str) -> Option<String> {
    let address = rest.split_whitespace().nth(2)?;
    address.split('/').next().map(str::to_owned)
}

fn media_line(rest: &str, session: &MediaLine) -> MediaLine {
    let mut words = rest.split_whitespace();
    let mut next = || words.next().unwrap_or_default();
    let kind = next().to_owned();
    let port = next().split('/').next().and_then(|port| port.parse().ok()).unwrap_or(0);
    let protocol = next().to_owned();
    let mut formats: Vec<Format> = Vec::new();
    if protocol.contains("RTP") {
        for payload_type in words.filter_map(|word| word.parse().ok()).take(Sdp::ITEMS_MAX) {
            let (name, rate) = well_known(payload_type).unwrap_or(("", 0));
            let name = name.to_owned();
            formats.push(Format { payload_type, name, rate, parameters: None });
        }
    }
    MediaLine {
        kind,
        port,
        protocol,
        formats,
        address: session.address.clone(),
        flow: session.flow,
        ptime_ms: session.ptime_ms,
        path: None,
    }
}

impl MediaLine {
    fn attribute(&mut self, attribute: &str) {
        if let Some(flow) = Flow::read(attribute) {
            self.flow = flow;
        }
        let Some((name, value)) = attribute.split_once(':') else {
            return;
        };
        match name {
            "rtpmap" => {
                if let Some((number, name, rate)) = rtpmap(value)
                    && let Some(format) = self.format(number)
                {
                    (format.name, format.rate) = (name, rate);
                }
            }
            "fmtp" => {
                if let Some((number, parameters)) = value.trim().split_once(' ')
                    && let Some(format) = number.parse().ok().and_then(|n| self.format(n))
                {
                    format.parameters = Some(parameters.trim().to_owned());
                }
            }
            "ptime" => self.ptime_ms = value.trim().parse().ok(),
            "path" => self.path = value.split_whitespace().next().map(str::to_owned),
            _ => {}
        }
    }

    fn format(&mut self, payload_type: u8) -> Option<&mut Format> {
        self.formats.iter_mut().find(|format| format.payload_type == payload_type)
    }
}

/// `8 PCMA/8000` as payload type, name and clock rate.
pub(crate) fn rtpmap(text: &str) -> Option<(u8, String, u32)> {
    let (number, codec) = text.trim().split_once(' ')?;
    let mut parts = codec.trim().split('/');
    let name = parts.next()?.to_ascii_uppercase();
    Some((number.parse().ok()?, name, parts.next()?.trim().parse().ok()?))
}

/// Name and clock rate of a static payload type (RFC 3551, tables 4 and 5).
#[must_use]
pub fn well_known(payload_type: u8) -> Option<(&'static str, u32)> {
    Some(match payload_type {
        0 => ("PCMU", 8000),
        3 => ("GSM", 8000),
        4 => ("G723", 8000),
        5 => ("DVI4", 8000),
        6 => ("DVI4", 16_000),
        7 => ("LPC", 8000),
        8 => ("PCMA", 8000),
        // The clock of G.722 is 8000 by an old mistake (RFC 3551, 4.5.2).
        9 => ("G722", 8000),
        10 | 11 => ("L16", 44_100),
        12 => ("QCELP", 8000),
        13 => ("CN", 8000),
        14 => ("MPA", 90_000),
        15 => ("G728", 8000),
        16 => ("DVI4", 11_025),
        17 => ("DVI4", 22_050),
        18 => ("G729", 8000),
        26 => ("JPEG", 90_000),
        31 => ("H261", 90_000),
        32 => ("MPV", 90_000),
        34 => ("H263", 90_000),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n\
        t=0 0\r\na=sendonly\r\nm=audio 4000/2 RTP/AVP 96 8 101\r\na=rtpmap:96 AMR-WB/16000/1\r\n\
        a=fmtp:96 octet-align=1; mode-set=0,2\r\na=rtpmap:101 telephone-event/16000\r\n\
        a=ptime:20\r\na=candidate:1 1 UDP 1 10.0.0.1 9 typ host\r\na=sendrecv\r\n\
        m=video 4002 RTP/SAVPF 97\r\nc=IN IP6 2001:db8::9\r\na=rtpmap:97 H264/90000\r\n\
        m=message 2855 TCP/MSRP *\r\na=path:msrp://192.0.2.1:2855/s;tcp\r\n";

    #[test]
    fn each_stream_has_its_own_address_codecs_and_flow() {
        let sdp = Sdp::read(OFFER);
        let [audio, video, message] = &sdp.media[..] else { panic!("{sdp:?}") };
        assert_eq!((audio.port, audio.ptime_ms, audio.flow), (4000, Some(20), Flow::SendRecv));
        let names: Vec<&str> = audio.formats.iter().map(|format| format.name.as_str()).collect();
        assert_eq!(names, ["AMR-WB", "PCMA", "TELEPHONE-EVENT"]);
        let parameters = audio.formats[0].parameters.as_deref();
        assert_eq!(parameters, Some("octet-align=1; mode-set=0,2"));
        assert_eq!(audio.telephone_event(), Some(101));
        assert_eq!((video.address.as_deref(), video.flow), (Some("2001:db8::9"), Flow::SendOnly));
        assert!(video.holds() && !audio.holds());
        assert_eq!(video.shown(), "video [2001:db8::9]:4002 sendonly H264/90000");
        assert!(message.path.as_deref().unwrap().starts_with("msrp://"));
        assert!(message.formats.is_empty());
    }

    #[test]
    fn a_stream_with_port_zero_is_refused_and_holds_nobody() {
        let sdp = Sdp::read("c=IN IP4 0.0.0.0\nm=audio 0 RTP/AVP 8\nm=audio 9 RTP/AVP 8\n");
        assert!(!sdp.media[0].holds());
        assert!(sdp.media[1].holds(), "the old way to hold");
    }

    #[test]
    fn a_description_without_end_is_cut() {
        let many = "m=audio 1 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n".repeat(500);
        let sdp = Sdp::read(&many);
        assert_eq!((sdp.media.len(), sdp.codecs.len()), (Sdp::ITEMS_MAX, Sdp::ITEMS_MAX));
        let wide = format!("m=audio 1 RTP/AVP{}", " 8".repeat(9000));
        assert_eq!(Sdp::read(&wide).media[0].formats.len(), Sdp::ITEMS_MAX);
        assert_eq!(Sdp::read("m=\r\na=\r\nc=\r\nx").media[0], MediaLine::default());
    }
}
