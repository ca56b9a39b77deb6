//! What is too large, over a real connection: who is still sending when it is refused would see no words.

use services::testing::mail_server::MailServer;

use crate::house::House;

#[test]
fn a_photograph_is_refused_in_words_and_not_by_a_broken_connection() {
    let house = House::with(&MailServer::start());
    let _running = house.serve();
    let mut admin = house.administrator();
    let mut body = b"--seam\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"photo.jpg\"\r\n\r\n".to_vec();
    body.resize(body.len() + 12 * 1024 * 1024, b'x');
    body.extend_from_slice(b"\r\n--seam--\r\n");
    let answer = admin.post_bytes("/upload/organization-logo", "multipart/form-data; boundary=seam", body).unwrap();
    let page = admin.get(answer.leads_to());
    assert!(page.body.contains("The picture may have at most 256 KiB."), "{}", page.body);
}
