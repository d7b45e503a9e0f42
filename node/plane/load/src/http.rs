//! As much of HTTP/1.1 as a WHIP client needs: one request at a time over a connection that is kept, TLS where the
//! address says so. Everything is bounded in bytes and in time.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};

const LIMIT: Duration = Duration::from_secs(20);
const MAX_HEADERS: u64 = 64 * 1024;
const MAX_BODY: u64 = 4 * 1024 * 1024;

/// An `http://` or `https://` address, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    pub secure: bool,
    pub host: String,
    pub port: u16,
    /// With its query; begins with a slash.
    pub path: String,
}

impl Url {
    pub fn parse(text: &str) -> Result<Url, String> {
        let (scheme, rest) = text.split_once("://").ok_or(format!("{text}: say http:// or https://"))?;
        let secure = match scheme {
            "http" => false,
            "https" => true,
            _ => return Err(format!("{text}: say http:// or https://")),
        };
        let rest = rest.split('#').next().unwrap_or(rest);
        let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        let default = if secure { 443 } else { 80 };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && !port.ends_with(']') => {
                (host, port.parse().map_err(|_| format!("{text}: {port} is no port"))?)
            }
            _ => (authority, default),
        };
        if host.is_empty() {
            return Err(format!("{text}: no host"));
        }
        Ok(Url { secure, host: host.to_owned(), port, path: path.to_owned() })
    }

    /// What `location` means, seen from here (RFC 3986 5): absolute, or a path.
    pub fn join(&self, location: &str) -> Result<Url, String> {
        if location.contains("://") {
            Url::parse(location)
        } else if location.starts_with('/') {
            Ok(self.at(location))
        } else {
            let folder = self.path.split('?').next().unwrap_or("/");
            Ok(self.at(&format!("{}{location}", &folder[..folder.rfind('/').map_or(0, |at| at + 1)])))
        }
    }

    /// Another path of the same server.
    pub fn at(&self, path: &str) -> Url {
        Url { path: path.to_owned(), ..self.clone() }
    }

    pub fn resolve(&self) -> io::Result<SocketAddr> {
        let host = self.host.trim_matches(['[', ']']);
        (host, self.port).to_socket_addrs()?.next().ok_or_else(|| io::Error::other(format!("{host} has no address")))
    }

    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A connection, plain or not.
pub trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// One connection to one server, opened when needed.
pub struct Client {
    kept: Option<(String, BufReader<Box<dyn Stream>>)>,
    /// Do not ask who the server is: for certificates that a test has made.
    trusting: bool,
}

impl Client {
    pub fn new(trusting: bool) -> Client {
        Client { kept: None, trusting }
    }

    /// Whether it asks who the server is.
    pub fn trusting(&self) -> bool {
        self.trusting
    }

    /// One request; a kept connection that the server has closed meanwhile is opened anew, once.
    pub fn send(&mut self, method: &str, url: &Url, headers: &[(&str, &str)], body: &str) -> io::Result<Answer> {
        let kept = self.kept.as_ref().is_some_and(|(authority, _)| *authority == url.authority());
        if kept {
            match self.try_send(method, url, headers, body) {
                Err(error)
                    if error.kind() == io::ErrorKind::UnexpectedEof || error.kind() == io::ErrorKind::BrokenPipe => {}
                other => return other,
            }
        }
        self.kept = Some((url.authority(), BufReader::new(connect(url, self.trusting)?)));
        self.try_send(method, url, headers, body)
    }

    fn try_send(&mut self, method: &str, url: &Url, headers: &[(&str, &str)], body: &str) -> io::Result<Answer> {
        let (authority, mut stream) = self.kept.take().ok_or(io::ErrorKind::NotConnected)?;
        let mut request = format!("{method} {} HTTP/1.1\r\nHost: {authority}\r\n", url.path);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        stream.get_mut().write_all(request.as_bytes())?;
        let (answer, keep) = read(&mut stream)?;
        if keep {
            self.kept = Some((authority, stream));
        }
        Ok(answer)
    }
}

/// Open a connection for `url`.
pub fn connect(url: &Url, trusting: bool) -> io::Result<Box<dyn Stream>> {
    let stream = TcpStream::connect_timeout(&url.resolve()?, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    stream.set_nodelay(true)?;
    if !url.secure {
        return Ok(Box::new(stream));
    }
    let mut connector = SslConnector::builder(SslMethod::tls()).map_err(io::Error::other)?;
    if trusting {
        connector.set_verify(SslVerifyMode::NONE);
    }
    let stream = connector.build().connect(url.host.trim_matches(['[', ']']), stream);
    Ok(Box::new(stream.map_err(|error| io::Error::other(error.to_string()))?))
}

/// Read one answer; says also whether the connection can carry another request.
pub fn read(stream: &mut BufReader<Box<dyn Stream>>) -> io::Result<(Answer, bool)> {
    let mut limited = Read::take(&mut *stream, MAX_HEADERS);
    let mut line = || -> io::Result<String> {
        let mut line = String::new();
        if limited.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    };
    let first = line()?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("not an answer of HTTP/1.1: {first}")))?;
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None if line.is_empty() => break,
            None => return Err(io::Error::other("a header without a colon")),
        }
    }
    let mut answer = Answer { status, headers, body: String::new() };
    let body = body(stream, &answer)?;
    answer.body = String::from_utf8_lossy(&body).into_owned();
    let keep = !answer.header("Connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    Ok((answer, keep))
}

fn body(stream: &mut BufReader<Box<dyn Stream>>, answer: &Answer) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if matches!(answer.status, 101 | 204 | 304) {
        return Ok(body);
    }
    if answer.header("Transfer-Encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        loop {
            let mut size = String::new();
            Read::take(&mut *stream, 64).read_line(&mut size)?;
            let size = size.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(size, 16).map_err(|_| io::Error::other("a chunk without a size"))?;
            if size + body.len() as u64 > MAX_BODY {
                return Err(io::Error::other("the answer is too long"));
            }
            let start = body.len();
            body.resize(start + size as usize + 2, 0);
            stream.read_exact(&mut body[start..])?;
            body.truncate(start + size as usize);
            if size == 0 {
                return Ok(body);
            }
        }
    }
    let length = answer.header("Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
    if length > MAX_BODY {
        return Err(io::Error::other("the answer is too long"));
    }
    body.resize(length as usize, 0);
    stream.read_exact(&mut body)?;
    Ok(body)
}
