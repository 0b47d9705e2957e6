//! Large PDUs.

use super::*;
use crate::fixture::noise;
use parquet::file::reader::{FileReader as _, SerializedFileReader};

const FIN: u8 = 0x01;

impl Pcap {
    /// A WRITE of `data` in session 0x77, in segments, and its response.
    fn written(mut self, message_id: u64, data: &[u8]) -> Self {
        let mut message = smb2(message_id, false)[4..].to_vec();
        message.resize(112, 0);
        message[12] = 9;
        message[64] = 49;
        message[66] = 112;
        message[68..72].copy_from_slice(&(data.len() as u32).to_le_bytes());
        message.extend(data);
        let length = (message.len() as u32).to_be_bytes().to_vec();
        for segment in [length, message].concat().chunks(60_000) {
            self = self.segment(0, ACK, segment);
        }
        let mut response = smb2(message_id, true);
        response[4 + 12] = 9;
        response[4 + 64] = 17;
        self.segment(1, ACK, &response)
    }
}

/// The data of the WRITEs of the one session, and the rows of its row groups.
fn stored(case: &Case) -> (Vec<Vec<u8>>, Vec<i64>) {
    let path = case.request().place.output.session_file("smb2_session_0x0000000000000077.parquet");
    let rows = SessionFile::open(&path).unwrap().operations(Columns::All).map(Result::unwrap).collect::<Vec<_>>();
    let requests = rows.iter().filter_map(|row| row.request.as_ref());
    let data = requests.filter(|request| request.len() > 112).map(|request| request[112..].to_vec()).collect();
    let file = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    (data, file.metadata().row_groups().iter().map(|group| group.num_rows()).collect())
}

#[test]
fn large_writes_are_stored_as_they_are_with_any_number_of_threads() {
    let data: Vec<Vec<u8>> = (0..12).map(|number| noise(5_000_000 + number * 1000, number as u64 + 1)).collect();
    let mut pcap = Pcap::connected();
    for (number, data) in data.iter().enumerate() {
        pcap = pcap.written(number as u64, data);
    }
    for jobs in [1, 2, 3] {
        let case = Case::new();
        pcap.write(&case.trace());
        let request = IngestRequest { jobs: NonZero::new(jobs).unwrap(), ..case.request() };
        run(&request).unwrap();
        assert!(stored(&case).0 == data);
    }
}

#[test]
fn a_session_is_written_when_its_connection_is_closed_and_what_comes_later_follows() {
    let case = Case::new();
    let data = noise(1_500_000, 1);
    let closed = Pcap::connected().echo(4).written(5, &data).segment(0, FIN | ACK, &[]);
    closed.segment(1, ACK, &smb2(6, true)).write(&case.trace());
    case.ingest().unwrap();
    assert!(stored(&case) == (vec![data], vec![2, 1]));
}
