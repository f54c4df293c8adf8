using System;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate;

/// <summary>Something that was started, such as a recording, and that is stopped again: at the end of a <c>using</c> statement.</summary>
/// <remarks>
/// It is undone once, whichever of the ways out comes first. What ended the code in between, such as a cancelled token or an exception,
/// does not end the undoing. Its client must not be disposed before it.
/// </remarks>
/// <typeparam name="T">The answer of the start.</typeparam>
public sealed class Guarded<T> : IDisposable, IAsyncDisposable
{
    private readonly MeetgateClient? client;
    private Started? started;

    /// <summary>For doubles in tests: nothing is undone.</summary>
    /// <param name="reply">The answer of the start.</param>
    public Guarded(T reply)
    {
        Reply = reply;
    }

    internal Guarded(T reply, MeetgateClient client, Started started)
    {
        Reply = reply;
        this.client = client;
        this.started = started;
    }

    /// <summary>The platform's answer to the start.</summary>
    public T Reply { get; }

    /// <summary>Why the end of the <c>using</c> statement could not undo it; null where it could. The client's log tells it, too.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Undoes it now. Whether that succeeds or not, nothing is undone any more after it.</summary>
    /// <param name="options">Options of this call alone.</param>
    /// <returns>The platform's answer; null where it was undone or released before.</returns>
    /// <exception cref="MeetgateException">The call failed: nothing may have been undone.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">The token of <paramref name="options"/> ended the call.</exception>
    public Reply? Undo(CallOptions? options = null) => Take() is { } taken ? client!.Undo(taken, options) : null;

    /// <summary>Undoes it now, and does not block. Whether that succeeds or not, nothing is undone any more after it.</summary>
    /// <param name="options">Options of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The platform's answer; null where it was undone or released before.</returns>
    /// <exception cref="MeetgateException">The call failed: nothing may have been undone.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> ended the call, or the token of <paramref name="options"/>.
    /// </exception>
    public async Task<Reply?> UndoAsync(CallOptions? options = null, CancellationToken cancellationToken = default) =>
        Take() is { } taken ? await client!.UndoAsync(taken, options, cancellationToken).ConfigureAwait(false) : null;

    /// <summary>What was started stays.</summary>
    public void Release() => Take();

    /// <summary>Undoes it, unless that was done. It throws nothing: what fails is in <see cref="Failure"/>.</summary>
    public void Dispose()
    {
        try
        {
            Undo();
        }
        catch (Exception problem) when (IsOfCall(problem))
        {
            Failure = problem;
        }
    }

    /// <summary>Undoes it, unless that was done, and does not block. It throws nothing: what fails is in <see cref="Failure"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await UndoAsync().ConfigureAwait(false);
        }
        catch (Exception problem) when (IsOfCall(problem))
        {
            Failure = problem;
        }
    }

    private static bool IsOfCall(Exception problem) =>
        problem is MeetgateException or ObjectDisposedException or OperationCanceledException;

    private Started? Take() => Interlocked.Exchange(ref started, null);
}
