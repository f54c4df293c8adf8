using System;
using System.Collections.Generic;
using System.Threading;

namespace Meetgate;

/// <summary>One call on its way: all that the C library gets.</summary>
internal sealed class Exchange
{
    private readonly byte[]? operation;
    private readonly ParameterText parameters;
    private readonly ParameterText? options;
    private readonly TimeSpan? timeout;
    private readonly CallTokens tokens;

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
            this.options = options.Write().Text;
            this.options.Finish();
            timeout = options.Timeout;
        }
    }

    internal string Name { get; }

    /// <summary>Why it cannot be sent; else null.</summary>
    internal Exception? Problem => parameters.Problem ?? options?.Problem;

    internal bool CanBeCancelled => tokens.CanBeCancelled;

    /// <summary>The token that ends it; null as long as none does.</summary>
    internal CancellationToken? Cancelled => tokens.Cancelled;

    /// <summary>Sends it, waits for the answer, and gives the texts back.</summary>
    /// <param name="owner">Of the client.</param>
    /// <param name="leave">Ends the waiting for a call that cannot end itself; null where nobody could wait elsewhere.</param>
    internal Answer Run(ClientOwner owner, Action<Exception>? leave)
    {
        List<SpooledFile>? files = parameters.Files;
        // A token provider may call another client, on the thread of the call that needs the token.
        CallEnd? around = CallEnd.Current;
        try
        {
            Cancelled?.ThrowIfCancellationRequested();
            if (Problem is { } problem)
            {
                // Nobody knew the operation when the parameters were written.
                throw problem is MeetgateInvalidArgumentException ? Refused(problem.Message) : problem;
            }
            using var end = CallEnd.Of(tokens, leave, owner.Ending);
            CallEnd.Current = end;
            if (files != null)
            {
                Spool(files, end);
            }
            owner.LimitProvider(timeout);
            byte[] answer = owner.Handle.Call(
                Name, operation, parameters.Bytes, options == null ? default : options.Bytes, end?.Address);
            return new Answer(answer, Name);
        }
        catch (MeetgateException problem) when (Ended(problem, owner) is { } ended)
        {
            throw ended;
        }
        finally
        {
            CallEnd.Current = around;
            files?.ForEach(file => file.Delete());
            parameters.Return();
            options?.Return();
        }
    }

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

    private void Spool(List<SpooledFile> files, CallEnd? end)
    {
        end?.EnterProgram();
        files.ForEach(file => file.Write(Name, () => Cancelled?.ThrowIfCancellationRequested()));
        end?.ExitProgram();
    }

    private MeetgateException Refused(string message) =>
        MeetgateException.Refused(MeetgateStatus.InvalidArgument, message, Name);
}
