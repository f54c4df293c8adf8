using System;

namespace Meetgate;

/// <summary>
/// A cancel of the C library. Whoever disposes it sees to it that no call has it any more, and that nobody triggers it meanwhile.
/// It has no finalizer: that could come while a call has it.
/// </summary>
internal sealed unsafe class NativeCancel : IDisposable
{
    internal NativeCancel()
    {
        if (Address == IntPtr.Zero)
        {
            throw new InsufficientMemoryException();
        }
    }

    internal nint Address { get; } = NativeMethods.meetgate_cancel_new();

    internal void Trigger() => NativeMethods.meetgate_cancel_trigger(Address);

    public void Dispose() => NativeMethods.meetgate_cancel_free(Address);
}
