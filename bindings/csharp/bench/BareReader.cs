using System;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

namespace Meetgate.Bench;

/// <summary>
/// The C function alone, with bytes that are ready, and its answer not looked at: what is left of a call when the binding takes no
/// time.
/// </summary>
internal sealed unsafe class BareReader : Reader
{
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, nint, nint*, int> callWith;
    private readonly delegate* unmanaged[Cdecl]<nint, void> stringFree;
    private readonly delegate* unmanaged[Cdecl]<nint, void> clientFree;
    private readonly byte[] operation = Terminated("avd.room.read");
    private readonly byte[] parameters;
    private readonly nint client;

    internal BareReader(Target target)
    {
        nint library = NativeLibrary.Load(
            Environment.GetEnvironmentVariable("MEETGATE_LIBRARY") ?? throw new InvalidOperationException("no MEETGATE_LIBRARY"));
        callWith = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, nint, nint*, int>)
            NativeLibrary.GetExport(library, "meetgate_call_with");
        stringFree = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "meetgate_string_free");
        clientFree = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "meetgate_client_free");
        var clientNew = (delegate* unmanaged[Cdecl]<byte*, nint*, nint*, int>)
            NativeLibrary.GetExport(library, "meetgate_client_new");

        parameters = Terminated($$"""{"room_id":{{JsonSerializer.Serialize(target.RoomId)}}}""");
        byte[] config = Terminated(
            $$"""{"platform":"avd","base_url":"{{target.BaseUrl}}","token":{{JsonSerializer.Serialize(target.Token)}}}""");
        nint made;
        nint error;
        fixed (byte* text = config)
        {
            Check(clientNew(text, &made, &error), error);
        }
        client = made;
    }

    public override void Dispose() => clientFree(client);

    internal override string Read()
    {
        nint reply;
        fixed (byte* name = operation, text = parameters)
        {
            int status = callWith(client, name, text, null, 0, &reply);
            Check(status, reply);
            stringFree(reply);
        }
        return "";
    }

    internal override Task<string> ReadAsync() => throw new NotSupportedException();

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + "\0");

    private static void Check(int status, nint problem)
    {
        if (status != 0)
        {
            throw new InvalidOperationException(Marshal.PtrToStringUTF8(problem));
        }
    }
}
