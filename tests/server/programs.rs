//! Uploaded programs as resources.

use hint_proto::v1::*;
use tonic::Code;

use crate::harness::*;

#[tokio::test]
async fn programs_are_listed_and_deleted_by_those_who_uploaded_them() {
    let server = Server::start();
    let mut client = server.client().await;
    let mut hashes = Vec::new();
    for data in [&COUNTDOWN[..], &LOOP, &[RET]] {
        let json = program(data, None);
        let hash = upload(&mut client, &json).await.unwrap();
        let get = GetProgramRequest {
            name: format!("programs/{hash}"),
        };
        let found = client.get_program(get).await.unwrap().into_inner();
        let found = found.program.unwrap();
        assert_eq!(found.name, format!("programs/{hash}"));
        assert_eq!(
            (&found.program_hash, found.size_bytes),
            (&hash, json.len() as u64)
        );
        assert_eq!(found.summary.unwrap().data_cells, data.len() as u64);
        hashes.push(hash);
    }
    let vm = create(&mut client, request(&hashes[0])).await;
    hashes.sort();
    let list = async |client: &mut Client, page_size, page_token: &str| {
        let list = ListProgramsRequest {
            page_size,
            page_token: page_token.to_owned(),
        };
        let page = client.list_programs(list).await.unwrap().into_inner();
        let names = page
            .programs
            .into_iter()
            .map(|program| program.program_hash);
        (names.collect::<Vec<_>>(), page.next_page_token)
    };
    let (first, token) = list(&mut client, 2, "").await;
    assert_eq!(first, hashes[..2]);
    assert_eq!(
        list(&mut client, 2, &token).await,
        (hashes[2..].to_vec(), String::new())
    );
    for hash in &hashes {
        let name = format!("programs/{hash}");
        let delete = DeleteProgramRequest { name: name.clone() };
        client.delete_program(delete.clone()).await.unwrap();
        let again = client.delete_program(delete).await.unwrap_err();
        let gone = (Code::NotFound, "PROGRAM_NOT_FOUND".to_owned());
        assert_eq!(reason(&again), gone);
        let get = client.get_program(GetProgramRequest { name }).await;
        assert_eq!(reason(&get.unwrap_err()), gone);
        let create = client.create_vm(request(hash)).await;
        assert_eq!(reason(&create.unwrap_err()), gone);
    }
    assert_eq!(list(&mut client, 0, "").await, (vec![], String::new()));
    // A VM keeps its program.
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended);
    let bad = GetProgramRequest {
        name: hashes[0].clone(),
    };
    let status = client.get_program(bad).await.unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::InvalidArgument, "BAD_NAME".to_owned())
    );
}

#[tokio::test]
async fn a_dash_names_no_vm() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
    let named = |vm_id: &str| CreateVmRequest {
        vm_id: vm_id.to_owned(),
        ..request(&hash)
    };
    let status = client.create_vm(named("-")).await.unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::InvalidArgument, "BAD_VM_ID".to_owned())
    );
    assert_eq!(create(&mut client, named("a-")).await.name, "vms/a-");
}
