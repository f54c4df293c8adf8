using System.Runtime.InteropServices;
using Xunit;

namespace Meetgate.Tests;

/// <summary>With a library that has test-hooks: see <see cref="OwnProcessTests"/>.</summary>
public static class PanicTests
{
    [Fact(Explicit = true)]
    public static unsafe void After_a_panic_the_library_goes_on()
    {
        nint library = NativeLibrary.Load(Surroundings.LibraryPath);
        nint panic = NativeLibrary.GetExport(library, "meetgate_test_panic");
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        avd.Room.List();
        nint reply = 0;
        Assert.Equal((int)MeetgateStatus.Internal, ((delegate* unmanaged[Cdecl]<nint*, int>)panic)(&reply));
        Assert.Contains("\"INTERNAL\"", Utf8.Copy(reply));
        NativeMethods.meetgate_string_free(reply);
        avd.Room.List();
        Assert.Equal(2, server.Count());
    }
}
