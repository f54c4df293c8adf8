using System;
using System.Threading;

namespace Meetgate;

/// <summary>One call on its way: all that the C library gets.</summary>
internal class Exchange
{
    private readonly byte[]? operation;
    private readonly ParameterText parameters;
    private readonly ParameterText? options;
    private readonly TimeSpan? timeout;
    private readonly CallTokens tokens;
    private readonly CallFacts? facts;

    /// <param name="name">For people: in traces.</param>
    /// <param name="operation">With the NUL that ends it; null for a raw call.</param>
    /// <param name="parameters">The parameters, or the raw request.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Of this call alone, beside that of the options.</param>
    internal Exchange(
        string name,
        byte[]? operation,
        ParameterText parameters,
        CallOptions? options,
        CancellationToken cancellationToken = default)
    {
        Name = name;
        this.operation = operation;
        this.parameters = parameters;
        tokens = new CallTokens(cancellationToken, options?.CancellationToken ?? default);
        if (options != null)
        {
            this.options = options.Text();
            timeout = options.Timeout;
            facts = options.Facts;
        }
    }

    /// <summary>Of what has options of its own.</summary>
    private protected Exchange(
        string name, byte[]? operation, ParameterText parameters, ParameterText? options, TimeSpan? timeout, CallTokens tokens)
    {
        Name = name;
        this.operation = operation;
        this.parameters = parameters;
        this.options = options;
        this.timeout = timeout;
        this.tokens = tokens;
    }

    internal string Name { get; }

    internal bool CanBeCancelled => tokens.CanBeCancelled;

    /// <summary>The token that ends it; null as long as none does.</summary>
    internal CancellationToken? Cancelled => tokens.Cancelled;

    /// <summary>Whether it runs code of the program's own on its thread.</summary>
    internal virtual bool RunsProgram => parameters.Upload != null;

    private protected byte[]? Operation => operation;

    private protected ReadOnlySpan<byte> Parameters => parameters.Bytes;

    private protected ReadOnlySpan<byte> Options => options == null ? default : options.Bytes;

    /// <summary>Hands it to the C library, which calls by itself, and gives the texts back.</summary>
    /// <param name="owner">Of the client.</param>
    /// <param name="end">What ends the call before its time.</param>
    /// <param name="completion">Gets the result, unless this throws.</param>
    internal void Submit(ClientOwner owner, CallEnd? end, ICompletion completion)
    {
        try
        {
            Check();
            owner.Handle.Submit(
                Name, operation, parameters.Bytes, Options, end?.Address, completion);
        }
        catch (MeetgateException problem) when (Ended(problem, owner) is { } ended)
        {
            throw ended;
        }
        finally
        {
            parameters.Return();
            options?.Return();
        }
    }

    /// <summary>What ends it before its time, where it runs no code of the program's own; null where only the client does.</summary>
    internal CallEnd? EndFor(ClientOwner owner) => CallEnd.Of(tokens, null, owner.Ending);

    /// <summary>The answer that a submitted call came to.</summary>
    internal Answer Ended(ClientOwner owner, int status, nint text)
    {
        try
        {
            return Answered(owner.Handle.TakeAnswer(status, text, Name));
        }
        catch (MeetgateException problem) when (Ended(problem, owner) is { } ended)
        {
            throw ended;
        }
    }

    /// <summary>Sends it, waits for the answer, and gives the texts back.</summary>
    /// <param name="owner">Of the client.</param>
    /// <param name="leave">Ends the waiting for a call that cannot end itself; null where nobody could wait elsewhere.</param>
    internal Answer Run(ClientOwner owner, Action<Exception>? leave)
    {
        Upload? upload = parameters.Upload;
        // A token provider may call another client, on the thread of the call that needs the token.
        CallEnd? around = CallEnd.Current;
        try
        {
            Check();
            using var end = CallEnd.Of(tokens, leave, owner.Ending);
            CallEnd.Current = end;
            owner.LimitProvider(timeout);
            return Answered(Send(owner, end));
        }
        catch (MeetgateException problem) when (Ended(problem, owner) is { } ended)
        {
            throw ended;
        }
        finally
        {
            CallEnd.Current = around;
            upload?.Delete();
            parameters.Return();
            options?.Return();
        }
    }

    /// <summary>Has the C library call on this thread.</summary>
    private protected virtual byte[] Send(ClientOwner owner, CallEnd? end) => parameters.Upload is { } upload && operation != null
        ? upload.Send(Name, end, ThrowIfCancelled, transfer => owner.Handle.Upload(
            Name, operation, parameters.Bytes, Options, end?.Address, transfer))
        : owner.Handle.Call(Name, operation, parameters.Bytes, Options, end?.Address);

    private protected void ThrowIfCancelled() => Cancelled?.ThrowIfCancellationRequested();

    private void Check()
    {
        ThrowIfCancelled();
        if ((parameters.Problem ?? options?.Problem) is { } problem)
        {
            // Nobody knew the operation when the parameters were written.
            throw problem is MeetgateInvalidArgumentException ? Refused(problem.Message) : problem;
        }
    }

    private Answer Answered(byte[] answer) => new(facts == null ? answer : facts.TakeFrom(answer), Name);

    /// <summary>What a program expects of a call that was ended; null where that is not why it failed.</summary>
    private Exception? Ended(MeetgateException problem, ClientOwner owner)
    {
        bool isCancelled = problem is MeetgateCancelledException;
        if (isCancelled && Cancelled is { } token)
        {
            return new OperationCanceledException(problem.Message, problem, token);
        }
        // Like a call that comes too late: a program cannot know which of both it will be.
        return owner.IsEnded && (isCancelled || problem.InnerException is ObjectDisposedException)
            ? new ObjectDisposedException(Name + ": the client was disposed during the call", problem)
            : null;
    }

    private MeetgateException Refused(string message) =>
        MeetgateException.Refused(MeetgateStatus.InvalidArgument, message, Name);
}
