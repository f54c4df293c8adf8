using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate;

/// <summary>The base of the clients of all three platforms.</summary>
/// <remarks>
/// Any number of threads may use one client at once. <see cref="Dispose()"/> may be called at any time: it ends the calls in flight,
/// and they throw <see cref="ObjectDisposedException"/> like later ones.
/// </remarks>
public abstract class MeetgateClient : IDisposable, IAsyncDisposable
{
    /// <summary>How long <see cref="DisposeAsync"/> waits for calls in flight.</summary>
    private static readonly TimeSpan DisposePatience = TimeSpan.FromSeconds(30);

    private readonly ClientOwner? owner;
    private readonly CallOptions? options;

    /// <summary>For test doubles: a client that calls nothing.</summary>
    protected MeetgateClient()
    {
    }

    internal MeetgateClient(ClientSetup setup)
    {
        owner = new ClientOwner(this, setup);
    }

    /// <summary>The same client with options of its own; disposing it does nothing.</summary>
    internal MeetgateClient(MeetgateClient client, CallOptions options)
    {
        owner = client.owner;
        // A copy: what the caller does with the object afterwards is not the view's.
        this.options = CallOptions.Over(client.options ?? new CallOptions(), Required.NotNull(options, nameof(options)));
    }

    /// <summary>The version of the C library in use.</summary>
    public static string LibraryVersion => CLibrary.Version;

    private ClientOwner Owner =>
        owner ?? throw new NotSupportedException("this client is a double of a test, and calls nothing: substitute the method");

    /// <summary>The catalog of all operations, parameters and error numbers, as JSON text: for tools.</summary>
    public static string ReadCatalog() => CLibrary.ReadCatalog();

    /// <summary>Calls an operation by its name.</summary>
    /// <param name="operation">The whole name, such as <c>avd.room.read</c>.</param>
    /// <param name="parameters">The parameters by their wire names: JSON text or a <c>JsonObject</c>. Null means none.</param>
    /// <param name="options">What is null in it, or all where it is null, stays as the client was configured.</param>
    /// <returns>The platform's answer.</returns>
    /// <exception cref="ArgumentNullException">The operation is null.</exception>
    /// <exception cref="MeetgateException">The call failed.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">The token of <paramref name="options"/> ended the call.</exception>
    public virtual Reply Call(string operation, JsonInput? parameters = null, CallOptions? options = null) =>
        Run(ByName(operation, parameters, options), static answer => new Reply(answer));

    /// <summary>Calls an operation by its name, and does not block.</summary>
    /// <param name="operation">The whole name, such as <c>avd.room.read</c>.</param>
    /// <param name="parameters">The parameters by their wire names: JSON text or a <c>JsonObject</c>. Null means none.</param>
    /// <param name="options">What is null in it, or all where it is null, stays as the client was configured.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The platform's answer.</returns>
    /// <exception cref="ArgumentNullException">The operation is null. All other failures are in the task.</exception>
    /// <exception cref="MeetgateException">The call failed.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> ended the call, or the token of <paramref name="options"/>.
    /// </exception>
    public virtual Task<Reply> CallAsync(
        string operation,
        JsonInput? parameters = null,
        CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(ByName(operation, parameters, options, cancellationToken), static answer => new Reply(answer));

    /// <summary>Sends any request to the platform, signed and judged like an operation, where the catalog has no operation.</summary>
    /// <param name="request">
    /// <c>method</c>, <c>path</c> (whole, from the host root), <c>query</c>, and either <c>body</c> or <c>form</c>: JSON text or a
    /// <c>JsonObject</c>.
    /// </param>
    /// <param name="options">What is null in it, or all where it is null, stays as the client was configured.</param>
    /// <returns>The platform's answer.</returns>
    /// <exception cref="ArgumentNullException">The request is null.</exception>
    /// <exception cref="MeetgateException">The call failed.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">The token of <paramref name="options"/> ended the call.</exception>
    public virtual Reply RawCall(JsonInput request, CallOptions? options = null) =>
        Run(Raw(request, options), static answer => new Reply(answer));

    /// <summary>
    /// Sends any request to the platform, signed and judged like an operation, where the catalog has no operation, and does not block.
    /// </summary>
    /// <param name="request">
    /// <c>method</c>, <c>path</c> (whole, from the host root), <c>query</c>, and either <c>body</c> or <c>form</c>: JSON text or a
    /// <c>JsonObject</c>.
    /// </param>
    /// <param name="options">What is null in it, or all where it is null, stays as the client was configured.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The platform's answer.</returns>
    /// <exception cref="ArgumentNullException">The request is null. All other failures are in the task.</exception>
    /// <exception cref="MeetgateException">The call failed.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> ended the call, or the token of <paramref name="options"/>.
    /// </exception>
    public virtual Task<Reply> RawCallAsync(
        JsonInput request,
        CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(Raw(request, options, cancellationToken), static answer => new Reply(answer));

    /// <summary>Fetches a file, such as a recording, and writes it to the disk, at any size in the same memory.</summary>
    /// <remarks>
    /// It is written into a file beside the one that is named (<c>.NAME.meetgate-part</c>), which takes its place when it is whole:
    /// whoever reads the file sees the old one or the new one. A broken connection is taken up where it broke; so is, by a later call,
    /// a download that was ended or failed.
    /// </remarks>
    /// <param name="urlOrPath">
    /// A whole URL, as the platform answers it, of any host; or a path below the base address that begins with <c>/</c>.
    /// </param>
    /// <param name="file">The path of the file. Its folder must be there.</param>
    /// <param name="options">Options of this download.</param>
    /// <param name="progress">
    /// Gets the number of bytes that are in the file, with those of an earlier download: at most ten times a second, and once when the
    /// file is whole. It is called on the thread of the call; <see cref="Progress{T}"/> hands it on to where that was made. What it
    /// throws ends the download.
    /// </param>
    /// <returns>How long the file is, and how it came.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="urlOrPath"/> or <paramref name="file"/> is null.</exception>
    /// <exception cref="MeetgateIOException">The file cannot be written, or is there and must not be replaced.</exception>
    /// <exception cref="MeetgateLimitException">It is larger than <see cref="DownloadOptions.MaxBytes"/>.</exception>
    /// <exception cref="MeetgateProtocolException">It has another MD5 than it should.</exception>
    /// <exception cref="MeetgateException">The download failed for another reason.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">The token of <paramref name="options"/> ended the download.</exception>
    public virtual DownloadReply Download(
        string urlOrPath, string file, DownloadOptions? options = null, IProgress<long>? progress = null) =>
        Run(Fetch(urlOrPath, file, options, progress, default), static answer => new DownloadReply(answer));

    /// <summary>
    /// Fetches a file, such as a recording, and writes it to the disk, at any size in the same memory, and does not block.
    /// </summary>
    /// <remarks>
    /// It is written into a file beside the one that is named (<c>.NAME.meetgate-part</c>), which takes its place when it is whole:
    /// whoever reads the file sees the old one or the new one. A broken connection is taken up where it broke; so is, by a later call,
    /// a download that was ended or failed.
    /// </remarks>
    /// <param name="urlOrPath">
    /// A whole URL, as the platform answers it, of any host; or a path below the base address that begins with <c>/</c>.
    /// </param>
    /// <param name="file">The path of the file. Its folder must be there.</param>
    /// <param name="options">Options of this download.</param>
    /// <param name="progress">
    /// Gets the number of bytes that are in the file, with those of an earlier download: at most ten times a second, and once when the
    /// file is whole. It is called on the thread of the download; <see cref="Progress{T}"/> hands it on to where that was made. What it
    /// throws ends the download.
    /// </param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <returns>How long the file is, and how it came.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="urlOrPath"/> or <paramref name="file"/> is null. All other failures are in the task.
    /// </exception>
    /// <exception cref="MeetgateIOException">The file cannot be written, or is there and must not be replaced.</exception>
    /// <exception cref="MeetgateLimitException">It is larger than <see cref="DownloadOptions.MaxBytes"/>.</exception>
    /// <exception cref="MeetgateProtocolException">It has another MD5 than it should.</exception>
    /// <exception cref="MeetgateException">The download failed for another reason.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> ended the download, or the token of <paramref name="options"/>.
    /// </exception>
    public virtual Task<DownloadReply> DownloadAsync(
        string urlOrPath,
        string file,
        DownloadOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(Fetch(urlOrPath, file, options, progress, cancellationToken), static answer => new DownloadReply(answer));

    /// <summary>Calls an operation that starts something, and stops that again at the end of a <c>using</c> statement.</summary>
    /// <param name="operation">The whole name, such as <c>avd.room.mix_record.start</c>.</param>
    /// <param name="parameters">The parameters by their wire names: JSON text or a <c>JsonObject</c>. Null means none.</param>
    /// <param name="options">Options of the start.</param>
    /// <returns>The platform's answer, and what undoes it. A start that failed is not undone.</returns>
    /// <exception cref="ArgumentNullException">The operation is null.</exception>
    /// <exception cref="MeetgateInvalidArgumentException">Nothing undoes the operation. It was not started.</exception>
    /// <exception cref="MeetgateException">The call failed.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">The token of <paramref name="options"/> ended the call.</exception>
    public virtual Guarded<Reply> Guard(string operation, JsonInput? parameters = null, CallOptions? options = null)
    {
        (byte[] name, ParameterText text) = ToGuard(operation, parameters);
        return Guard(operation, name, text, options, static answer => new Reply(answer));
    }

    /// <summary>
    /// Calls an operation that starts something, and stops that again at the end of an <c>await using</c> statement; does not block.
    /// </summary>
    /// <param name="operation">The whole name, such as <c>avd.room.mix_record.start</c>.</param>
    /// <param name="parameters">The parameters by their wire names: JSON text or a <c>JsonObject</c>. Null means none.</param>
    /// <param name="options">Options of the start.</param>
    /// <param name="cancellationToken">Ends the start, and nothing else.</param>
    /// <returns>The platform's answer, and what undoes it. A start that failed is not undone.</returns>
    /// <exception cref="ArgumentNullException">The operation is null. All other failures are in the task.</exception>
    /// <exception cref="MeetgateInvalidArgumentException">Nothing undoes the operation. It was not started.</exception>
    /// <exception cref="MeetgateException">The call failed.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> ended the call, or the token of <paramref name="options"/>.
    /// </exception>
    public virtual Task<Guarded<Reply>> GuardAsync(
        string operation,
        JsonInput? parameters = null,
        CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        (byte[] name, ParameterText text) = ToGuard(operation, parameters);
        return GuardAsync(operation, name, text, options, static answer => new Reply(answer), cancellationToken);
    }

    /// <summary>
    /// Calls an operation that reads, such as <c>avd.room.record.status</c>, until what it tells of has come to an end, with pauses that
    /// grow.
    /// </summary>
    /// <remarks>A call that fails in a way that may be repeated, such as for the network, does not end the wait.</remarks>
    /// <param name="operation">The whole name. One that tells of nothing that ends is refused.</param>
    /// <param name="parameters">The parameters by their wire names: JSON text or a <c>JsonObject</c>. Null means none.</param>
    /// <param name="options">Options of this wait.</param>
    /// <returns>The answer that ended it.</returns>
    /// <exception cref="ArgumentNullException">The operation is null.</exception>
    /// <exception cref="MeetgateTimeoutException">It has not ended in time.</exception>
    /// <exception cref="MeetgateApiException">
    /// Without a <see cref="MeetgateException.Code"/>: it ended in another way, such as a transcoding that failed.
    /// </exception>
    /// <exception cref="MeetgateException">A call failed.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the wait or during it.</exception>
    /// <exception cref="OperationCanceledException">The token of <paramref name="options"/> ended the wait.</exception>
    public virtual Reply Wait(string operation, JsonInput? parameters = null, WaitOptions? options = null)
    {
        (byte[] name, ParameterText text) = Named(operation, parameters);
        return Run(Waiting(operation, name, text, options), static answer => new Reply(answer));
    }

    /// <summary>
    /// Calls an operation that reads, such as <c>avd.room.record.status</c>, until what it tells of has come to an end, with pauses that
    /// grow, and does not block. It has a thread of its own meanwhile.
    /// </summary>
    /// <remarks>A call that fails in a way that may be repeated, such as for the network, does not end the wait.</remarks>
    /// <param name="operation">The whole name. One that tells of nothing that ends is refused.</param>
    /// <param name="parameters">The parameters by their wire names: JSON text or a <c>JsonObject</c>. Null means none.</param>
    /// <param name="options">Options of this wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer that ended it.</returns>
    /// <exception cref="ArgumentNullException">The operation is null. All other failures are in the task.</exception>
    /// <exception cref="MeetgateTimeoutException">It has not ended in time.</exception>
    /// <exception cref="MeetgateApiException">
    /// Without a <see cref="MeetgateException.Code"/>: it ended in another way, such as a transcoding that failed.
    /// </exception>
    /// <exception cref="MeetgateException">A call failed.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the wait or during it.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> ended the wait, or the token of <paramref name="options"/>.
    /// </exception>
    public virtual Task<Reply> WaitAsync(
        string operation,
        JsonInput? parameters = null,
        WaitOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        (byte[] name, ParameterText text) = Named(operation, parameters);
        return RunAsync(Waiting(operation, name, text, options, cancellationToken), static answer => new Reply(answer));
    }

    /// <summary>Tells what the library knows of the client: its address, and the state of its token. Nothing is sent.</summary>
    /// <exception cref="MeetgateException">It could not be asked.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public virtual ClientInfo Info() => Owner.Use(this, static handle => new ClientInfo(new Answer(handle.Info(), null)));

    /// <summary>Tells what the client's calls came to so far. Nothing is sent.</summary>
    /// <exception cref="MeetgateException">It could not be asked.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public virtual ClientStats Stats() => Owner.Use(this, static handle => new ClientStats(new Answer(handle.Stats(), null)));

    /// <summary>
    /// Sets what is told of the client's calls as they happen, in the place of the function that was set before. That one is not called
    /// any more when this returns: it waits for calls of it on other threads.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The function runs within the time of the call that it is told of: so it should be quick. A blocking call runs it on its own
    /// thread; an awaited call runs it on a thread of the library, where no activity and no <c>AsyncLocal</c> of the caller is. Several
    /// threads may be in it at once. It may make calls: of them nothing is told. What it throws is lost, and changes no call.
    /// </para>
    /// <para>Clients of one account share its token: each tells what its own calls did to it.</para>
    /// </remarks>
    /// <param name="level">The least important events that are wanted. A level that is not wanted costs nothing.</param>
    /// <param name="log">What takes an event. Null: nothing is told any more.</param>
    /// <exception cref="MeetgateInvalidArgumentException">There is no such level, or a log called this.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public virtual void SetLog(MeetgateLogLevel level, Action<MeetgateEvent>? log) => Owner.Use(this, handle =>
    {
        LogBridge.Set(handle, level, log);
        return true;
    });

    /// <summary>Closes the connections that the client keeps for its next calls. The next call connects anew.</summary>
    /// <remarks>
    /// For the time before the machine is suspended, or after its network has changed: a kept connection may be dead then, and a call
    /// that only then finds it dead may not be repeated if it changes something. A connection that a call uses now is closed when that
    /// call ends.
    /// </remarks>
    /// <exception cref="MeetgateException">It could not be done.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public virtual void CloseIdle() => Owner.Use(this, static handle =>
    {
        handle.CloseIdle();
        return true;
    });

    /// <summary>
    /// Ends the client, and waits for no call. Calls in flight are ended, and throw <see cref="ObjectDisposedException"/> as later calls
    /// do; the platform may have done what they asked for. Sessions of events tell that they are closed: this waits for their handlers,
    /// a second at most. May be called more than once, and from any thread.
    /// </summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Ends the client like <see cref="Dispose()"/>, and waits until the calls in flight have come back, but for 30 seconds at most: only
    /// a token provider or a stream of the program's own can keep a call.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await DisposeAsyncCore().ConfigureAwait(false);
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the client. One that was made by <c>With</c> leaves the client alone.</summary>
    /// <param name="disposing">Always true: the client has no finalizer, its handle has one.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (owner != null && owner.IsOf(this))
        {
            owner.End();
        }
    }

    /// <summary>Ends the client, and waits for calls in flight.</summary>
    protected virtual async ValueTask DisposeAsyncCore()
    {
        if (owner != null && owner.IsOf(this))
        {
            await owner.EndAsync(DisposePatience).ConfigureAwait(false);
        }
    }

    internal void ReplaceToken(string token) => Owner.Use(this, handle =>
    {
        handle.SetToken(Utf8.Terminated(token, "token"));
        return true;
    });

    internal void ReplaceTokenProvider(Action<TokenProviderBridge, ClientHandle> set) => Owner.Use(this, handle =>
    {
        set(Owner.Tokens, handle);
        return true;
    });

    internal HstEventSession NewEventSession(EventsOptions chosen)
    {
        byte[] text = chosen.Terminated();
        return Owner.Use(this, _ => new HstEventSession(Owner, this, text));
    }

    internal T Send<T>(OperationName operation, Parameters parameters, CallOptions? options, Func<Answer, T> make)
    {
        parameters.Text.Finish();
        return Run(new Exchange(operation.Text, operation.Terminated, parameters.Text, Over(options)), make);
    }

    internal Task<T> SendAsync<T>(
        OperationName operation,
        Parameters parameters,
        CallOptions? options,
        Func<Answer, T> make,
        CancellationToken cancellationToken)
    {
        parameters.Text.Finish();
        return RunAsync(
            new Exchange(operation.Text, operation.Terminated, parameters.Text, Over(options), cancellationToken), make);
    }

    internal Guarded<T> Guard<T>(OperationName operation, Parameters parameters, CallOptions? options, Func<Answer, T> make)
    {
        parameters.Text.Finish();
        return Guard(operation.Text, operation.Terminated, parameters.Text, options, make);
    }

    internal Task<Guarded<T>> GuardAsync<T>(
        OperationName operation,
        Parameters parameters,
        CallOptions? options,
        Func<Answer, T> make,
        CancellationToken cancellationToken)
    {
        parameters.Text.Finish();
        return GuardAsync(operation.Text, operation.Terminated, parameters.Text, options, make, cancellationToken);
    }

    internal T Wait<T>(OperationName operation, Parameters parameters, WaitOptions? options, Func<Answer, T> make)
    {
        parameters.Text.Finish();
        return Run(Waiting(operation.Text, operation.Terminated, parameters.Text, options), make);
    }

    internal Task<T> WaitAsync<T>(
        OperationName operation,
        Parameters parameters,
        WaitOptions? options,
        Func<Answer, T> make,
        CancellationToken cancellationToken)
    {
        parameters.Text.Finish();
        return RunAsync(Waiting(operation.Text, operation.Terminated, parameters.Text, options, cancellationToken), make);
    }

    internal Reply Undo(Started started, CallOptions? chosen) =>
        Run(new UndoExchange(started, ToUndo(chosen), default), static answer => new Reply(answer));

    internal Task<Reply> UndoAsync(Started started, CallOptions? chosen, CancellationToken cancellationToken) =>
        RunAsync(new UndoExchange(started, ToUndo(chosen), cancellationToken), static answer => new Reply(answer));

    private Guarded<T> Guard<T>(
        string operation, byte[] name, ParameterText text, CallOptions? chosen, Func<Answer, T> make)
    {
        byte[] given = text.Copied();
        return Run(
            new Exchange(operation, name, text, Over(chosen)),
            answer => new Guarded<T>(make(answer), this, new Started(operation, name, given, answer)));
    }

    private Task<Guarded<T>> GuardAsync<T>(
        string operation,
        byte[] name,
        ParameterText text,
        CallOptions? chosen,
        Func<Answer, T> make,
        CancellationToken cancellationToken)
    {
        byte[] given = text.Copied();
        return RunAsync(
            new Exchange(operation, name, text, Over(chosen), cancellationToken),
            answer => new Guarded<T>(make(answer), this, new Started(operation, name, given, answer)));
    }

    /// <summary>The view's options but for its token, which may have ended what came between.</summary>
    private CallOptions ToUndo(CallOptions? chosen)
    {
        CallOptions own = CallOptions.Over(Over(chosen) ?? new CallOptions(), new CallOptions())!;
        own.CancellationToken = chosen?.CancellationToken ?? default;
        return own;
    }

    private WaitExchange Waiting(
        string operation, byte[] name, ParameterText text, WaitOptions? chosen, CancellationToken cancellationToken = default) =>
        new(operation, name, text, chosen, options?.CancellationToken ?? default, cancellationToken);

    private static (byte[] Name, ParameterText Text) ToGuard(string operation, JsonInput? parameters)
    {
        (byte[] name, ParameterText text) = Named(operation, parameters);
        if (name.Length > 0 && !ClientHandle.CanBeUndone(name))
        {
            text.Fail(MeetgateException.Refused(
                MeetgateStatus.InvalidArgument, "nothing undoes it, and it was not started", operation));
        }
        return (name, text);
    }

    private CallOptions? Over(CallOptions? chosen) => CallOptions.Over(options, chosen);

    private Exchange ByName(
        string operation, JsonInput? parameters, CallOptions? chosen, CancellationToken cancellationToken = default)
    {
        (byte[] name, ParameterText text) = Named(operation, parameters);
        return new Exchange(operation, name, text, Over(chosen), cancellationToken);
    }

    private static (byte[] Name, ParameterText Text) Named(string operation, JsonInput? parameters)
    {
        Required.NotNull(operation, nameof(operation));
        ParameterText text = parameters?.Write("params") ?? ParameterText.Of("{}", "params");
        byte[] name = [];
        if (Utf8.Flaw(operation) is { } flaw)
        {
            text.Fail(MeetgateException.Refused(MeetgateStatus.InvalidArgument, "operation: " + flaw));
        }
        else
        {
            name = Utf8.Terminated(operation, "operation");
        }
        return (name, text);
    }

    private Exchange Raw(JsonInput request, CallOptions? chosen, CancellationToken cancellationToken = default) => new(
        Owner.RawCall, null, Required.NotNull(request, nameof(request)).Write("request"), Over(chosen), cancellationToken);

    private DownloadExchange Fetch(
        string urlOrPath, string file, DownloadOptions? chosen, IProgress<long>? progress, CancellationToken cancellationToken) => new(
        Owner.Download,
        Required.NotNull(urlOrPath, nameof(urlOrPath)),
        Required.NotNull(file, nameof(file)),
        chosen,
        options?.CancellationToken ?? default,
        progress,
        cancellationToken);

    private T Run<T>(Exchange exchange, Func<Answer, T> make)
    {
        Owner.Begin(this);
        try
        {
            exchange.Cancelled?.ThrowIfCancellationRequested();
            return RunBegun(exchange, make, null);
        }
        finally
        {
            Owner.Finish();
        }
    }

    private T RunBegun<T>(Exchange exchange, Func<Answer, T> make, Action<Exception>? leave)
    {
        CallActivity activity = CallActivity.Start(exchange.Name);
        try
        {
            T reply = make(exchange.Run(Owner, leave));
            activity.End(null);
            return reply;
        }
        catch (Exception problem)
        {
            activity.End(problem);
            throw;
        }
    }

    /// <summary>
    /// The one place that knows how calls are awaited: the C library makes them by itself, but for those that run code of the program's
    /// own, which have a thread of ours.
    /// </summary>
    private Task<T> RunAsync<T>(Exchange exchange, Func<Answer, T> make)
    {
        try
        {
            Owner.Begin(this);
        }
        catch (InvalidOperationException problem)
        {
            // Disposed, or called by its own provider.
            return Task.FromException<T>(problem);
        }
        if (exchange.Cancelled is { } cancelled)
        {
            Owner.Finish();
            return Task.FromCanceled<T>(cancelled);
        }
        Task<T> running = Owner.HasProvider || exchange.RunsProgram || !Completion.IsUsable
            ? RunOnThread(exchange, make)
            : AwaitedCall<T>.Begin(Owner, exchange, make);
        return exchange.CanBeCancelled ? Until(running) : running;
    }

    private Task<T> RunOnThread<T>(Exchange exchange, Func<Answer, T> make)
    {
        var ended = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Call(object? state)
        {
            try
            {
                ended.TrySetResult(
                    RunBegun(exchange, make, exchange.CanBeCancelled ? problem => ended.TrySetException(problem) : null));
            }
#pragma warning disable CA1031 // It is the task's.
            catch (Exception problem)
#pragma warning restore CA1031
            {
                ended.TrySetException(problem);
            }
            finally
            {
                Owner.Finish();
            }
        }
        try
        {
            CallThreads.Run(Call);
        }
        catch (OutOfMemoryException problem)
        {
            // No thread is left.
            Owner.Finish();
            ended.TrySetException(problem);
        }
        return ended.Task;
    }

    /// <summary>A task that is cancelled, and not faulted, where the call was.</summary>
    private static async Task<T> Until<T>(Task<T> running) => await running.ConfigureAwait(false);
}
