// A window that shows who is in a room. The calls are awaited, so that it stays alive while they run.
//
//   RoomWindow.exe AVD_CONFIG
//
// The configuration is a JSON text, as the first line of meetgate-sandbox has one for avd.
using System;
using System.Windows.Forms;
using Meetgate;

internal static class Program
{
    [STAThread]
    private static void Main(string[] arguments)
    {
        Application.EnableVisualStyles();
        if (arguments.Length != 1)
        {
            MessageBox.Show("usage: RoomWindow AVD_CONFIG");
            return;
        }
        try
        {
            using (var avd = new AvdClient(arguments[0]))
            {
                Application.Run(new RoomForm(avd));
            }
        }
        catch (MeetgateInvalidConfigException problem)
        {
            MessageBox.Show(problem.Message);
        }
    }
}
