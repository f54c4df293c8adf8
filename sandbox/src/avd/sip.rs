//! SIP gateways and accounts (004 L2784-L3212). Names differ between operations (T22, T23) and stay as printed.

use super::call::{Answer, Call, success};
use super::refusal::{GATE_URL_EXISTS, NO_SUCH_ACCOUNT, NO_SUCH_GATE, NUMBER_EXISTS, Refusal};
use super::world::World;
use super::world::sip::{Account, Gate};
use serde_json::{Value, json};

/// `/sip/gate/create` (004 L2786-L2831).
pub(crate) fn create_gate(world: &mut World, call: &Call) -> Answer {
    let name = call.params.required("name")?;
    let url = call.params.required("url")?;
    check_gate_url(world, url, None)?;
    world.last_gate_id += 1;
    let id = world.last_gate_id;
    world.gates.insert(id, Gate { name: name.to_owned(), url: url.to_owned() });
    Ok(json!({"msg": "success", "ret": 0, "url": url, "name": name, "gate_id": id}))
}

/// `/sip/gate/update` (004 L2833-L2873).
pub(crate) fn update_gate(world: &mut World, call: &Call) -> Answer {
    let id = call.params.required_integer("sip_gate_id")?;
    let name = call.params.required("name")?;
    let url = call.params.required("url")?;
    find_gate(world, id)?;
    check_gate_url(world, url, Some(id))?;
    world.gates.insert(id, Gate { name: name.to_owned(), url: url.to_owned() });
    success()
}

/// `/sip/gate/read` (004 L2875-L2919; T2).
pub(crate) fn read_gate(world: &mut World, call: &Call) -> Answer {
    let id = call.params.required_integer("sip_gate_id")?;
    let gate = find_gate(world, id)?;
    Ok(json!({"msg": "success", "id": id, "ret": 0, "name": gate.name, "url": gate.url}))
}

/// `/sip/gate/del` (004 L2921-L2962). Its accounts go with it: without their gateway they reach nobody.
pub(crate) fn delete_gate(world: &mut World, call: &Call) -> Answer {
    let id = call.params.required_integer("sip_gate_id")?;
    find_gate(world, id)?;
    world.gates.remove(&id);
    world.accounts.retain(|_, account| account.gate_id != id);
    success()
}

/// `/sip/gate/list` (004 L2964-L3013). T49: the table's sip_gares is the sample's sip_gates.
pub(crate) fn list_gates(world: &mut World, _call: &Call) -> Answer {
    let describe = |(id, gate): (&i64, &Gate)| json!({"url": gate.url, "name": gate.name, "gate_id": id});
    let gates: Vec<Value> = world.gates.iter().map(describe).collect();
    Ok(json!({"sip_gates": gates, "msg": "success", "ret": 0}))
}

/// `/sip/account/create` (004 L3015-L3063).
pub(crate) fn create_account(world: &mut World, call: &Call) -> Answer {
    let name = call.params.required("name")?;
    let password = call.params.required("password")?;
    let number = call.params.required("number")?;
    let gate_id = call.params.required_integer("sip_gate_id")?;
    if !world.gates.contains_key(&gate_id) {
        // The text of this operation's example (L3061).
        return Err(Refusal::with(NO_SUCH_GATE, "no such sip_gate"));
    }
    check_number(world, number, None)?;
    world.last_account_id += 1;
    let id = world.last_account_id;
    let account = Account { gate_id, name: name.to_owned(), password: password.to_owned(), number: number.to_owned() };
    world.accounts.insert(id, account);
    Ok(json!({"account_id": id, "msg": "success", "ret": 0, "name": name, "sip_gate_id": gate_id}))
}

/// `/sip/account/update` (004 L3065-L3110).
pub(crate) fn update_account(world: &mut World, call: &Call) -> Answer {
    let id = call.params.required_integer("account_id")?;
    let name = call.params.required("name")?;
    let password = call.params.required("password")?;
    let number = call.params.required("number")?;
    let gate_id = find_account(world, id)?.gate_id;
    check_number(world, number, Some(id))?;
    let account = Account { gate_id, name: name.to_owned(), password: password.to_owned(), number: number.to_owned() };
    world.accounts.insert(id, account);
    success()
}

/// `/sip/account/read` (004 L3112-L3171; T1: printed as `/sip/gate/read`). Whether account and gateway belong together is
/// not checked: the document's own example asks for gateway 12 and gets 3 (L3126, L3152). A gateway that does not exist is
/// 40020 all the same.
pub(crate) fn read_account(world: &mut World, call: &Call) -> Answer {
    let id = call.params.required_integer("account_id")?;
    let gate_id = call.params.required_integer("sip_gate_id")?;
    let account = find_account(world, id)?;
    find_gate(world, gate_id)?;
    Ok(json!({
        "recv_audio_codec": "PCMU",
        "ret": 0,
        // L3135: without a telephone name of its own it is the name.
        "phone_name": account.name,
        "gate_id": account.gate_id,
        "account_id": id,
        "msg": "success",
        "password": account.password,
        "send_audio_codec": "PCMU",
        "phone_number": account.number,
        "recv_video_codec": "H264",
        "name": account.name,
        "send_video_codec": "H264",
    }))
}

/// `/sip/account/del` (004 L3173-L3212).
pub(crate) fn delete_account(world: &mut World, call: &Call) -> Answer {
    let id = call.params.required_integer("account_id")?;
    find_account(world, id)?;
    world.accounts.remove(&id);
    success()
}

fn find_gate(world: &World, id: i64) -> Result<&Gate, Refusal> {
    world.gates.get(&id).ok_or_else(|| Refusal::of(NO_SUCH_GATE))
}

fn find_account(world: &World, id: i64) -> Result<&Account, Refusal> {
    world.accounts.get(&id).ok_or_else(|| Refusal::of(NO_SUCH_ACCOUNT))
}

/// A gateway's address is unique.
fn check_gate_url(world: &World, url: &str, own: Option<i64>) -> Result<(), Refusal> {
    let taken = world.gates.iter().any(|(id, gate)| gate.url == url && Some(*id) != own);
    if taken { Err(Refusal::of(GATE_URL_EXISTS)) } else { Ok(()) }
}

/// An account's number is unique (L3029).
fn check_number(world: &World, number: &str, own: Option<i64>) -> Result<(), Refusal> {
    let taken = world.accounts.iter().any(|(id, account)| account.number == number && Some(*id) != own);
    if taken { Err(Refusal::of(NUMBER_EXISTS)) } else { Ok(()) }
}
