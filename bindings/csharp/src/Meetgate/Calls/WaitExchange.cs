using System.Threading;

namespace Meetgate;

/// <summary>A wait on its way.</summary>
internal sealed class WaitExchange : Exchange
{
    /// <param name="name">For people: in messages and traces.</param>
    /// <param name="operation">With the NUL that ends it.</param>
    /// <param name="parameters">Of each call.</param>
    /// <param name="options">Of this wait alone.</param>
    /// <param name="ofView">The token of the client's own view.</param>
    /// <param name="cancellationToken">Of this wait alone, beside that of the options.</param>
    internal WaitExchange(
        string name,
        byte[] operation,
        ParameterText parameters,
        WaitOptions? options,
        CancellationToken ofView,
        CancellationToken cancellationToken)
        : base(
            name,
            operation,
            parameters,
            options?.Text(),
            options?.CallTimeout,
            new CallTokens(cancellationToken, options is { CancellationToken.CanBeCanceled: true } ? options.CancellationToken : ofView))
    {
    }

    /// <summary>It takes long, so that it takes none of the library's own threads.</summary>
    internal override bool RunsProgram => true;

    private protected override byte[] Send(ClientOwner owner, CallEnd? end) =>
        owner.Handle.Wait(Name, Operation, Parameters, Options, end?.Address);
}
