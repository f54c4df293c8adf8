use super::*;
use std::sync::mpsc::{Sender, channel};
use std::thread;

fn pool(threads: usize, queue: usize) -> Pool {
    Pool::new(PoolSize { threads, queue })
}

fn later() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

fn telling(turns: &Sender<Turn>) -> impl FnOnce(Turn) + Send + 'static {
    let turns = turns.clone();
    move |turn| turns.send(turn).unwrap()
}

fn end(pool: &Pool) {
    pool.close();
    pool.wait_for_end(Duration::from_secs(20));
    assert_eq!(pool.shared().state.lock().threads(), 0);
}

#[test]
fn work_is_done_by_the_worker_that_worked_last() {
    let (pool, (send, ids)) = (pool(4, 4), channel());
    let mut seen = Vec::new();
    for _ in 0..8 {
        let send = send.clone();
        pool.submit(later(), None, move |_| send.send(thread::current().id()).unwrap()).unwrap();
        seen.push(ids.recv().unwrap());
        while !pool.shared().state.lock().has_idle() {
            thread::yield_now();
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 1);
    end(&pool);
}

#[test]
fn what_waits_ends_without_a_worker() {
    let (pool, (turns, ended), (let_go, hangs)) = (pool(1, 8), channel(), channel::<()>());
    let (cancel, other) = (Cancel::new(), Cancel::new());
    pool.submit(later(), None, move |_| _ = hangs.recv()).unwrap();
    pool.submit(later(), Some(&other), telling(&turns)).unwrap();
    pool.submit(later(), Some(&cancel), telling(&turns)).unwrap();
    cancel.trigger();
    assert_eq!(ended.recv(), Ok(Turn::Cancelled));
    pool.submit(Instant::now() + Duration::from_millis(20), None, telling(&turns)).unwrap();
    assert_eq!(ended.recv(), Ok(Turn::Late));
    let_go.send(()).unwrap();
    assert_eq!(ended.recv(), Ok(Turn::Begun));
    end(&pool);
    assert!(matches!(pool.submit(later(), Some(&cancel), telling(&turns)), Err(Refused::Closed)));
    assert!(ended.try_recv().is_err());
}

#[test]
fn a_queue_of_a_size_takes_so_many_and_no_more() {
    let (pool, (turns, ended), (let_go, hangs)) = (pool(1, 2), channel(), channel::<()>());
    pool.submit(later(), None, move |_| _ = hangs.recv()).unwrap();
    while pool.shared().state.lock().coming > 0 {
        thread::yield_now();
    }
    pool.submit(later(), None, telling(&turns)).unwrap();
    pool.submit(later(), None, telling(&turns)).unwrap();
    assert!(matches!(pool.submit(later(), None, telling(&turns)), Err(Refused::Full(2))));
    pool.close();
    assert_eq!([ended.recv(), ended.recv()], [Ok(Turn::Cancelled); 2]);
    let_go.send(()).unwrap();
    end(&pool);
    assert!(ended.try_recv().is_err());
}

#[test]
fn a_panic_ends_only_its_own_work() {
    let (pool, (turns, ended)) = (pool(1, 8), channel());
    pool.submit(later(), None, |_| panic!("on purpose")).unwrap();
    pool.submit(later(), None, telling(&turns)).unwrap();
    assert_eq!(ended.recv(), Ok(Turn::Begun));
    end(&pool);
}

#[test]
fn the_end_is_not_waited_for_by_work_of_the_pool() {
    let (pool, (done, ended)) = (Arc::new(pool(1, 8)), channel());
    let own = Arc::clone(&pool);
    let work = move |_| {
        own.close();
        own.wait_for_end(Duration::from_secs(20));
        done.send(()).unwrap();
    };
    pool.submit(later(), None, work).unwrap();
    ended.recv_timeout(Duration::from_secs(10)).unwrap();
    end(&pool);
}
