using System.Threading;

namespace Meetgate;

/// <summary>An undoing on its way.</summary>
internal sealed class UndoExchange : Exchange
{
    private readonly Started started;

    internal UndoExchange(Started started, CallOptions options, CancellationToken cancellationToken)
        : base(started.Name, null, ParameterText.Of("{}", "params"), options, cancellationToken)
    {
        this.started = started;
    }

    /// <summary>The C library undoes on the calling thread only.</summary>
    internal override bool RunsProgram => true;

    private protected override byte[] Send(ClientOwner owner, CallEnd? end) =>
        owner.Handle.Undo(Name, started, Options, end?.Address);
}
