use super::*;

/// H5: what ICMP says of a peer that is gone is counted, and the next datagram is received.
#[test]
fn an_icmp_error_ends_nothing() {
    let udp = Udp::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
    let peer = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let SocketAddr::V4(address) = peer.local_addr().unwrap() else { unreachable!() };
    let name = sockaddr(address);
    // SAFETY: the pointer and length describe `name`. Only a connected socket is told without asking.
    check(unsafe { libc::connect(udp.fd.as_raw_fd(), (&raw const name).cast(), mem::size_of_val(&name) as u32) })
        .unwrap();
    let mut batch = Batch::new();
    drop(peer);
    udp.send(b"?", 1, address, None);
    assert_eq!((batch.receive_lane(&udp, 0).unwrap(), batch.passing), (0, 1));
    let back = std::net::UdpSocket::bind(address).unwrap();
    back.send_to(b"!", udp.local().unwrap()).unwrap();
    assert_eq!((batch.receive_lane(&udp, 0).unwrap(), batch.passing), (1, 1));
    assert_eq!(batch.get(0).bytes, b"!");
}
