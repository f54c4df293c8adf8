using System;
using System.Threading;

namespace Meetgate;

/// <summary>
/// A session with the event gateway of hst: <see cref="HstClient.CreateEventSession"/> makes it, and <see cref="Start"/> begins it.
/// </summary>
/// <remarks>
/// <para>
/// A thread of the session's own connects, logs in with the account's token, subscribes to the applications, and tells their full
/// states and every change that follows. A connection that is lost is made anew, until the session ends.
/// </para>
/// <para>
/// A session that was started runs until it is disposed, or its client is, also if nobody keeps a reference to it. It keeps its client
/// from the garbage collector meanwhile.
/// </para>
/// <para>Any thread may use it at any time. The guide is docs/guides/csharp.md.</para>
/// </remarks>
public class HstEventSession : IDisposable, IEventReader
{
    private readonly object gate = new();
    private readonly byte[] options;

    /// <summary>Null in a double of a test, and when the session is over: it keeps no client then.</summary>
    private ClientOwner? owner;
    private MeetgateClient? client;

    private EventsHandle? handle;

    /// <summary>The thread that handlers run on now.</summary>
    private Thread? telling;

    private bool isOver;
    private EventHandler<HstEvent>? received;
    private EventHandler<Exception>? failed;

    /// <summary>For test doubles: a session that connects nowhere.</summary>
    protected HstEventSession()
    {
        options = [];
    }

    internal HstEventSession(ClientOwner owner, MeetgateClient client, byte[] options)
    {
        this.owner = owner;
        this.client = client;
        this.options = options;
    }

    /// <summary>Tells one event.</summary>
    /// <remarks>
    /// <para>
    /// Handlers run on the session's thread, one event after the other. As long as one runs, nothing else of the session is read: hand
    /// over what takes long. No activity, no <c>AsyncLocal</c> and no synchronization context of the caller is there: a window is told
    /// by its <c>BeginInvoke</c>. A handler may make calls, and may dispose the session and the client.
    /// </para>
    /// <para>
    /// What a handler throws changes nothing in the session and in the other handlers; <see cref="HandlerFailed"/> tells it. What an
    /// <c>async void</c> handler throws after its first <c>await</c> nobody catches, and it ends the program: such a handler catches
    /// all by itself.
    /// </para>
    /// </remarks>
    public virtual event EventHandler<HstEvent>? EventReceived
    {
        add
        {
            lock (gate)
            {
                received += value;
            }
        }

        remove
        {
            lock (gate)
            {
                received -= value;
            }
        }
    }

    /// <summary>
    /// Tells what a handler of <see cref="EventReceived"/> threw, on the same thread. Without a handler here it is lost, and so is what
    /// a handler of this one throws.
    /// </summary>
    public virtual event EventHandler<Exception>? HandlerFailed
    {
        add
        {
            lock (gate)
            {
                failed += value;
            }
        }

        remove
        {
            lock (gate)
            {
                failed -= value;
            }
        }
    }

    /// <summary>Begins the session, once. It waits for no connection: what fails later is told as an event.</summary>
    /// <exception cref="MeetgateInvalidArgumentException">
    /// An option is missing or cannot be right, or the C library was built without events.
    /// </exception>
    /// <exception cref="MeetgateIOException">The system gives no thread.</exception>
    /// <exception cref="InvalidOperationException">The session was started before, or a token provider uses its own client.</exception>
    /// <exception cref="ObjectDisposedException">The session or its client is disposed.</exception>
    public virtual void Start()
    {
        ClientOwner open;
        MeetgateClient asking;
        lock (gate)
        {
            if (isOver)
            {
                throw Disposed();
            }
            if (owner == null || client == null)
            {
                throw new NotSupportedException("this session is a double of a test, and connects nowhere: substitute the method");
            }
            (open, asking) = (owner, client);
        }
        open.Begin(asking);
        try
        {
            // The first event waits for the gate, too.
            lock (gate)
            {
                if (isOver)
                {
                    throw Disposed();
                }
                if (handle != null)
                {
                    throw new InvalidOperationException("the session was started before");
                }
                handle = open.Handle.OpenEvents(options, this);
            }
        }
        finally
        {
            // Without the gate: it may free the client, which waits a while for its sessions.
            open.Finish();
        }
    }

    /// <summary>
    /// Ends the session, and shuts its connection down at once. No handler runs any more when this returns, nor a token provider that
    /// the session asked: it waits for one that does.
    /// </summary>
    /// <remarks>
    /// In a handler it waits for nothing, and that event is the last one. It may be called more than once, and from any thread; but not
    /// by one that a handler waits for, or both wait for ever.
    /// </remarks>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the session.</summary>
    /// <param name="disposing">Always true: the session has no finalizer, its handle has one.</param>
    protected virtual void Dispose(bool disposing)
    {
        End();
        lock (gate)
        {
            // For whoever comes second: the handle waits for the first alone.
            while (telling != null && telling != Thread.CurrentThread)
            {
                Monitor.Wait(gate);
            }
        }
    }

    void IEventReader.Take(byte[] json)
    {
        ClientOwner keeping;
        EventHandler<HstEvent>? handlers;
        lock (gate)
        {
            if (isOver || owner == null)
            {
                return;
            }
            keeping = owner;
            handlers = received;
            telling = Thread.CurrentThread;
        }
        // A handler may dispose the client, which then is freed elsewhere: not on the client's own thread.
        bool isKept = keeping.TryKeep();
        var told = new HstEvent(new Answer(json, null));
        try
        {
            Tell(handlers, told);
        }
        finally
        {
            lock (gate)
            {
                telling = null;
                Monitor.PulseAll(gate);
            }
            if (isKept)
            {
                keeping.FinishInLibrary();
            }
        }
        if (told.Type == HstEventType.Closed)
        {
            End();
        }
    }

    private ObjectDisposedException Disposed() => new(GetType().Name);

    private void Tell(EventHandler<HstEvent>? handlers, HstEvent told)
    {
        foreach (Delegate handler in handlers?.GetInvocationList() ?? [])
        {
            try
            {
                ((EventHandler<HstEvent>)handler)(this, told);
            }
#pragma warning disable CA1031 // Whatever it is, it must not reach C.
            catch (Exception problem)
#pragma warning restore CA1031
            {
                TellFailure(problem);
            }
        }
    }

    private void TellFailure(Exception problem)
    {
        try
        {
            failed?.Invoke(this, problem);
        }
#pragma warning disable CA1031 // Nobody is left whom it could be told.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private void End()
    {
        EventsHandle? ended;
        lock (gate)
        {
            isOver = true;
            owner = null;
            client = null;
            ended = handle;
        }
        ended?.Dispose();
    }
}
